using BenchmarkDotNet.Attributes;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>What coprocesses cost on an event loop, beside plain tasks on the same loop. Each operation stands for one of its kind; the way to the loop and back is shared by many.</summary>
[MemoryDiagnoser]
public class CoprocessBenchmarks
{
    private const int Operations = 10_000;

    private EventLoop _loop = null!;

    [GlobalSetup]
    public void Start() => _loop = EventLoop.Start();

    [GlobalCleanup]
    public void Stop() => _loop.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "async call that yields once, awaited")]
    public Task TaskThatYields() => _loop.RunAsync(async () =>
    {
        for (var count = 0; count < Operations; count++) await YieldOnceAsync();
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "hand-written child: linked token source, task, await")]
    public Task TaskWithTokenAndParent() => _loop.RunAsync(async () =>
    {
        using var parent = new CancellationTokenSource();
        for (var count = 0; count < Operations; count++)
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(parent.Token);
            await YieldOnceAsync();
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "spawn and join an empty coprocess")]
    public Task SpawnAndJoin() => _loop.RunAsync(() => Coprocess.Spawn(async () =>
    {
        for (var count = 0; count < Operations; count++) await Coprocess.Spawn(static () => Task.CompletedTask).JoinAsync();
    }).AsTask());

    [Benchmark(OperationsPerInvoke = Operations, Description = "spawn an empty coprocess in a nursery")]
    public Task SpawnInNursery() => _loop.RunAsync(() => Nursery.RunAsync(static nursery =>
    {
        for (var count = 0; count < Operations; count++) nursery.Spawn(static () => Task.CompletedTask);
        return Task.CompletedTask;
    }));

    [Benchmark(OperationsPerInvoke = 2 * Operations, Description = "switch between two coprocesses")]
    public Task Switch() => _loop.RunAsync(() => Nursery.RunAsync(static nursery =>
    {
        nursery.Spawn(YieldManyAsync);
        nursery.Spawn(YieldManyAsync);
        return Task.CompletedTask;
    }));

    [Benchmark(OperationsPerInvoke = 2 * Operations, Description = "switch between two tasks (Task.Yield)")]
    public Task SwitchTasks() => _loop.RunAsync(static () => Task.WhenAll(TaskYieldManyAsync(), TaskYieldManyAsync()));

    [Benchmark(OperationsPerInvoke = Operations, Description = "scope with a deadline, entered and left")]
    public Task ScopeDeadline() => _loop.RunAsync(static async () =>
    {
        for (var count = 0; count < Operations; count++) await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(10), static _ => Task.CompletedTask);
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "CancellationTokenSource with CancelAfter, disposed")]
    public Task TokenDeadline() => _loop.RunAsync(static async () =>
    {
        for (var count = 0; count < Operations; count++)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await Task.CompletedTask;
        }
    });

    [Benchmark(OperationsPerInvoke = Operations, Description = "deadline moved while it runs")]
    public Task MoveDeadline() => _loop.RunAsync(static () => CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(10), static scope =>
    {
        for (var count = 0; count < Operations; count++) scope.Deadline = Deadline.After(TimeSpan.FromSeconds(10));
        return Task.CompletedTask;
    }));

    private static async Task YieldOnceAsync() => await Task.Yield();

    private static async Task YieldManyAsync()
    {
        for (var count = 0; count < Operations; count++) await Coprocess.YieldAsync();
    }

    private static async Task TaskYieldManyAsync()
    {
        for (var count = 0; count < Operations; count++) await Task.Yield();
    }
}
