namespace Motet.Runtime.Testing;

/// <summary>A timer of the virtual clock's <see cref="TimeProvider"/>: any thread sets it, the run's thread calls back.</summary>
internal sealed class VirtualTimer(VirtualScheduler scheduler, TimerCallback callback, object? state) : ITimer, ITimerHandler
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly Lock _gate = new();
    private TimerId _id;
    private long _due;
    private TimeSpan _period;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
        lock (_gate)
        {
            if (_isDisposed) return false;
            _period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
            Set(VirtualTicks.After(scheduler.GetTimestamp(), dueTime));
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Set(long.MaxValue);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    public void OnTimer(TimerId id)
    {
        lock (_gate)
        {
            // Changed or disposed by another thread at this moment.
            if (id != _id) return;
            _id = default;
            if (_period > TimeSpan.Zero) Set(VirtualTicks.After(_due, _period));
        }

        if (_context is null) callback(state);
        else ExecutionContext.Run(_context, static timer => ((VirtualTimer)timer!).Call(), this);
    }

    private void Call() => callback(state);

    /// <summary>Under the gate.</summary>
    private void Set(long due)
    {
        scheduler.TakeTimerBack(_id);
        _due = due;
        _id = due == long.MaxValue ? default : scheduler.SetTimerAt(due, this);
    }

    private static void CheckRange(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, time, "A time must be zero or more, or Timeout.InfiniteTimeSpan.");
    }
}
