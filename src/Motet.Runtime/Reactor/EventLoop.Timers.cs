using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>The loop's timers: a wheel of milliseconds.</summary>
public sealed partial class EventLoop
{
    // Timers that come down a level of the wheel in one turn: 10-20 ns each, so a slot of a hundred thousand does not hold the loop.
    private const int CascadesPerTurn = 8192;

    // A wait this long is looked at again; longer ones need not be representable by every poll engine.
    private const long MaxSleepMilliseconds = 24 * 60 * 60 * 1000;

    // Below this a millisecond more or less is felt; above it nobody tells the difference.
    private const long ExactSleepMilliseconds = 16;

    private readonly TimerWheel _wheel = new();
    private readonly long _origin;
    private readonly long _timeBudget;

    // When the wheel wants to be looked at next, as a timestamp; MaxValue for never. Kept here so that a turn without due timers pays one comparison. It may be too
    // early, after a cancel, never too late.
    private long _nextTimer = long.MaxValue;

    /// <summary>
    /// Calls <paramref name="handler"/> once on the loop when <paramref name="due"/> has passed, counted from this call, never before: at the first whole
    /// millisecond of the loop's clock after it, later if the loop is busy. Zero (or less) means the next round of timers. O(1), no allocation, any length. Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop.</exception>
    public TimerId SetTimer(TimeSpan due, ITimerHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckLoop();
        // The clock itself, not Now: counted from the start of a long turn a timer would be early.
        var elapsed = Stopwatch.GetTimestamp() - _origin;
        _wheel.MoveTo(elapsed / TicksPerMillisecond);
        var id = _wheel.Set(Deadline(elapsed, due), handler);
        _nextTimer = Math.Min(_nextTimer, NextTimer());
        return id;
    }

    /// <summary>Like <see cref="SetTimer"/>, at a moment of <see cref="Stopwatch"/>; does not read the clock. Loop only.</summary>
    internal TimerId SetTimerAt(long timestamp, ITimerHandler handler)
    {
        CheckLoop();
        var elapsed = timestamp - _origin;
        var id = _wheel.Set(elapsed <= 0 ? 0 : (elapsed + TicksPerMillisecond - 1) / TicksPerMillisecond, handler);
        _nextTimer = Math.Min(_nextTimer, NextTimer());
        return id;
    }

    /// <summary>
    /// Takes a timer back. True when it was waiting: its handler is not called. False when it has fired, was cancelled or never was. O(1). Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop.</exception>
    public bool CancelTimer(TimerId id)
    {
        CheckLoop();
        var isCancelled = _wheel.Cancel(id);
        if (_wheel.Count == 0) _nextTimer = long.MaxValue;
        return isCancelled;
    }

    /// <summary>The first tick at which <paramref name="due"/> has passed in full.</summary>
    private static long Deadline(long elapsed, TimeSpan due)
    {
        if (due <= TimeSpan.Zero) return 0;
        // Whole milliseconds and the rest apart: years in nanoseconds do not fit in 64 bits.
        var whole = due.Ticks / TimeSpan.TicksPerMillisecond;
        var rest = due.Ticks % TimeSpan.TicksPerMillisecond;
        var part = (elapsed % TicksPerMillisecond) + (rest * TicksPerMillisecond / TimeSpan.TicksPerMillisecond);
        return (elapsed / TicksPerMillisecond) + whole + ((part + TicksPerMillisecond - 1) / TicksPerMillisecond);
    }

    private long NextTimer()
    {
        var tick = _wheel.NextTick;
        // Ticks that no clock will reach would not fit either.
        return tick < (long.MaxValue - _origin) / TicksPerMillisecond ? _origin + (tick * TicksPerMillisecond) : long.MaxValue;
    }

    private TimeSpan UntilNextTimer()
    {
        if (_nextTimer == long.MaxValue) return Timeout.InfiniteTimeSpan;
        var left = _nextTimer - _turnEnd;
        if (left <= 0) return TimeSpan.Zero;
        if (left > MaxSleepMilliseconds * TicksPerMillisecond) return TimeSpan.FromMilliseconds(MaxSleepMilliseconds);
        // A longer wait is rounded up to whole milliseconds, which the system can wait for with the cheaper call: 100 ns less a turn for a busy loop with a timer far away.
        if (left > ExactSleepMilliseconds * TicksPerMillisecond)
            return new TimeSpan((left + TicksPerMillisecond - 1) / TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
        // Rounded up, so that the loop does not wake just before the tick and again at it.
        return new TimeSpan(((left * TimeSpan.TicksPerMillisecond) + TicksPerMillisecond - 1) / TicksPerMillisecond);
    }

    private void FireTimers(long deadline)
    {
        _wheel.Advance((_now - _origin) / TicksPerMillisecond, CascadesPerTurn);
        FireDue(deadline);
        _nextTimer = NextTimer();
    }

    private void FireDue(long deadline)
    {
        var left = _callbackBudget;
        while (true)
        {
            try
            {
                while (left > 0 && _wheel.TryTake(out var id, out var handler))
                {
                    left--;
                    _running = handler;
                    _callbacks++;
                    _timersFired++;
                    handler.OnTimer(id);
                    if (left % CallbacksPerClockCheck == 0 && Stopwatch.GetTimestamp() > deadline) return;
                }

                return;
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }
    }
}
