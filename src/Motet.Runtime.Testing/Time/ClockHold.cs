namespace Motet.Runtime.Testing;

/// <summary>One reason why the clock stands still.</summary>
internal sealed class ClockHold : IDisposable
{
    private VirtualScheduler? _scheduler;

    public ClockHold(VirtualScheduler scheduler)
    {
        scheduler.Hold();
        _scheduler = scheduler;
    }

    public void Dispose() => Interlocked.Exchange(ref _scheduler, null)?.Release();
}
