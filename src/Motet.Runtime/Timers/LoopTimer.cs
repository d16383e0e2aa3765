using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>A timer of the loop's <see cref="TimeProvider"/>: any thread sets it, the loop's wheel holds it, the loop calls back.</summary>
internal sealed class LoopTimer(EventLoop loop, TimerCallback callback, object? state) : ITimer, ITimerHandler, ICallbackSource
{
    private static readonly Action<object?> ApplyCallback = static state => ((LoopTimer)state!).Apply();
    private static readonly ContextCallback CallCallback = static state => ((LoopTimer)state!).Call();

    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly Lock _gate = new();

    // Written by whoever changes the timer, under the gate; a deadline of MaxValue means never.
    private long _deadline = long.MaxValue;
    private TimeSpan _period;
    private bool _isDisposed;

    // Loop only.
    private TimerId _id;

    object ICallbackSource.Callback => callback;

    object? ICallbackSource.CallbackState => state;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
        lock (_gate)
        {
            if (_isDisposed) return false;
            _deadline = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : After(Stopwatch.GetTimestamp(), dueTime);
            _period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
        }

        if (loop.IsCurrent) Apply();
        else loop.Post(ApplyCallback, this);
        return true;
    }

    public void Dispose()
    {
        if (!MarkDisposed()) return;
        if (loop.IsCurrent) Apply();
        else loop.Post(ApplyCallback, this);
    }

    /// <summary>Also waits, unless it is called on the loop, until a callback that is under way has returned.</summary>
    public ValueTask DisposeAsync()
    {
        MarkDisposed();
        if (!loop.IsCurrent) return new ValueTask(loop.InvokeAsync(Apply));
        Apply();
        return default;
    }

    public void OnTimer(TimerId id)
    {
        _id = default;
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            // Changed by another thread since; what it asked for is on its way here.
            if (_deadline > now) return;
            if (_period > TimeSpan.Zero)
            {
                // From the deadline, not from now, so that a period does not drift; after a long hold it starts anew rather than catch up.
                _deadline = After(_deadline, _period);
                if (_deadline < now) _deadline = After(now, _period);
            }
            else _deadline = long.MaxValue;
        }

        Apply();
        if (_context is null) Call();
        else ExecutionContext.Run(_context, CallCallback, this);
    }

    private static long After(long timestamp, TimeSpan time)
    {
        var ticks = time.TotalSeconds * Stopwatch.Frequency;
        return ticks < long.MaxValue / 2 ? timestamp + (long)Math.Ceiling(ticks) : long.MaxValue;
    }

    private static void CheckRange(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, time, "A time must be zero or more, or Timeout.InfiniteTimeSpan.");
    }

    private bool MarkDisposed()
    {
        lock (_gate)
        {
            if (_isDisposed) return false;
            _isDisposed = true;
            _deadline = long.MaxValue;
            return true;
        }
    }

    private void Call() => callback(state);

    /// <summary>Makes the wheel hold what was asked for last. A loop that has ended has no wheel any more: the timer stays silent.</summary>
    private void Apply()
    {
        if (!loop.IsCurrent) return;
        long deadline;
        lock (_gate) deadline = _deadline;
        loop.CancelTimer(_id);
        _id = default;
        if (deadline == long.MaxValue) return;
        var left = deadline - Stopwatch.GetTimestamp();
        // Rounded up to the 100 ns of a TimeSpan: never early.
        var due = left <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling(left * (double)TimeSpan.TicksPerSecond / Stopwatch.Frequency));
        _id = loop.SetTimer(due, this);
    }
}
