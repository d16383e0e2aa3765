using BenchmarkDotNet.Attributes;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>What a timer costs: set and cancelled, as nearly all are, among many others; and a million of them, set and fired.</summary>
[MemoryDiagnoser]
public class TimerWheelBenchmarks : ITimerHandler
{
    private const int Million = 1_000_000;

    private TimerWheel _wheel = new();
    private long _fired;

    [Params(0, Million)]
    public int OthersSet { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _wheel = new TimerWheel();
        var random = new Random(1);
        for (var i = 0; i < OthersSet; i++) _wheel.Set(random.Next(1, 600_000), this);
    }

    [Benchmark(Baseline = true)]
    public bool SetAndCancel() => _wheel.Cancel(_wheel.Set(30_000, this));

    [Benchmark(OperationsPerInvoke = Million)]
    public long SetAndFireAMillion()
    {
        var wheel = new TimerWheel();
        for (var i = 0; i < Million; i++) wheel.Set(1 + (i % 60_000), this);
        for (var tick = 1; tick <= 60_000; tick += 10)
        {
            wheel.Advance(tick + 10, int.MaxValue);
            while (wheel.TryTake(out var id, out var handler)) handler.OnTimer(id);
        }

        return _fired;
    }

    public void OnTimer(TimerId id) => _fired++;
}
