using BenchmarkDotNet.Attributes;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>What it costs to bring work to a loop: from another thread, one after the other and in bulk, and from the loop itself.</summary>
[MemoryDiagnoser]
public class PostBenchmarks
{
    private const int Bulk = 100_000;

    private EventLoop _loop = null!;
    private EventLoop _other = null!;
    private SemaphoreSlim _done = null!;
    private int _left;

    [GlobalSetup]
    public void Start()
    {
        _loop = EventLoop.Start();
        _other = EventLoop.Start();
        _done = new SemaphoreSlim(0);
    }

    [GlobalCleanup]
    public void Stop()
    {
        _loop.Dispose();
        _other.Dispose();
    }

    /// <summary>There and back between two loops, each asleep when the post comes: two wake-ups.</summary>
    [Benchmark]
    public void RoundTripBetweenSleepingLoops()
    {
        _loop.Post(static state =>
        {
            var self = (PostBenchmarks)state!;
            self._other.Post(static state => ((PostBenchmarks)state!)._done.Release(), self);
        }, this);
        _done.Wait();
    }

    [Benchmark(OperationsPerInvoke = Bulk)]
    public void PostFromAnotherThread()
    {
        _left = Bulk;
        for (var i = 0; i < Bulk; i++) _loop.Post(static state => ((PostBenchmarks)state!).CountDown(), this);
        _done.Wait();
    }

    [Benchmark(OperationsPerInvoke = Bulk)]
    public void PostFromTheLoopItself()
    {
        _left = Bulk;
        _loop.Post(static state => ((PostBenchmarks)state!).PostNext(), this);
        _done.Wait();
    }

    private void CountDown()
    {
        if (--_left == 0) _done.Release();
    }

    private void PostNext()
    {
        if (--_left == 0) _done.Release();
        else _loop.SynchronizationContext.Post(static state => ((PostBenchmarks)state!).PostNext(), this);
    }
}
