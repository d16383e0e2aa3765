using BenchmarkDotNet.Attributes;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>Limiter, lock, pool and throttler without contention, beside <see cref="SemaphoreSlim"/>.</summary>
[MemoryDiagnoser]
public class FlowBenchmarks
{
    private const int Operations = 10_000;

    private EventLoop _loop = null!;

    [GlobalSetup]
    public void Start() => _loop = EventLoop.Start();

    [GlobalCleanup]
    public void Stop() => _loop.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "SemaphoreSlim")]
    public Task Semaphore() => InCoprocess(async () =>
    {
        using var semaphore = new SemaphoreSlim(1);
        for (var count = 0; count < Operations; count++)
        {
            await semaphore.WaitAsync(CancellationToken.None);
            semaphore.Release();
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "CapacityLimiter")]
    public Task Limiter() => InCoprocess(async () =>
    {
        var limiter = new CapacityLimiter(1);
        for (var count = 0; count < Operations; count++)
        {
            using var lease = await limiter.AcquireAsync();
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "AsyncLock")]
    public Task Lock() => InCoprocess(async () =>
    {
        var asyncLock = new AsyncLock();
        for (var count = 0; count < Operations; count++)
        {
            using var lease = await asyncLock.AcquireAsync();
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "ResourcePool")]
    public Task Pool() => InCoprocess(async () =>
    {
        await using var pool = new ResourcePool<object>(new ResourcePoolOptions<object> { Create = _ => Task.FromResult(new object()) });
        for (var count = 0; count < Operations; count++)
        {
            await using var lease = await pool.AcquireAsync();
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "MessageChannel, send and receive")]
    public Task Channel() => InCoprocess(async () =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(16);
        for (var count = 0; count < Operations; count++)
        {
            await sender.SendAsync(count);
            await receiver.ReceiveAsync();
        }
    });

    private Task InCoprocess(Func<Task> body) => _loop.RunAsync(() => Coprocess.Spawn(body).AsTask());
}
