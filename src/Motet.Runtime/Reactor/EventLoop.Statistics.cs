using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>What the loop counts, and what it reports.</summary>
public sealed partial class EventLoop
{
    // The recent lag is an average that a turn changes by 1/16: it follows a change of load within some tens of turns.
    private const int RecentLagShift = 4;

    // Written by the loop's thread alone, as plain counters; read by others as they are.
    private long _turns;
    private long _callbacks;
    private long _posts;
    private long _timersFired;
    private long _wakeUps;
    private long _unhandled;
    private long _pollFailures;
    private long _recentLag;
    private long _maxLag;

    // Written by the watchdog.
    internal long LongestCallback;

    /// <summary>What the loop has done so far. Any thread; each number is exact, but they are not of one instant.</summary>
    public EventLoopStatistics GetStatistics() => new()
    {
        Turns = Volatile.Read(ref _turns),
        Callbacks = Volatile.Read(ref _callbacks),
        Posts = Volatile.Read(ref _posts),
        WakeUps = Volatile.Read(ref _wakeUps),
        TimersFired = Volatile.Read(ref _timersFired),
        Timers = TimerCount,
        Resources = Volatile.Read(ref _resourceCount),
        UnhandledExceptions = Volatile.Read(ref _unhandled),
        RecentLag = Stopwatch.GetElapsedTime(0, Volatile.Read(ref _recentLag)),
        MaxLag = Stopwatch.GetElapsedTime(0, Volatile.Read(ref _maxLag)),
        LongestCallback = Stopwatch.GetElapsedTime(0, Volatile.Read(ref LongestCallback)),
    };

    internal int TimerCount => _wheel.Count;

    /// <summary>When the next timer is due, or earlier; <see cref="long.MaxValue"/> for never.</summary>
    internal long NextTimerTimestamp => Volatile.Read(ref _nextTimer);

    /// <summary>What runs now and the number of callbacks begun so far, for the watchdog: consistent, or null.</summary>
    internal object? ReadRunning(out object? state, out Coprocess? coprocess, out long callbacks)
    {
        callbacks = Volatile.Read(ref _callbacks);
        coprocess = Volatile.Read(ref _runningContext)?.Coprocess;
        var running = Volatile.Read(ref _running);
        state = running is Delegate ? Volatile.Read(ref _runningState) : null;
        return callbacks == Volatile.Read(ref _callbacks) ? running : null;
    }

    private void ReportUnhandled(Exception exception) =>
        ReportUnhandled(exception, _running is { } running ? CallbackSite.Describe(running, running is Delegate ? _runningState : null) : Name);

    internal void ReportUnhandled(Exception exception, string site)
    {
        _unhandled++;
        try
        {
            if (Options.Logger is { } logger) RuntimeLog.UnhandledException(logger, Name, site, exception);
            Options.UnhandledException?.Invoke(new UnhandledLoopException(this, exception, site));
        }
        catch (Exception second)
        {
            // A report that fails has nobody left to be reported to.
            Debug.WriteLine(second);
        }
    }

    private void OnPollFailed(Exception exception)
    {
        _pollFailures++;
        ReportUnhandled(exception, Name);
        // An engine that fails at once, again and again, must not take the processor and fill the log.
        if (_pollFailures > 1) Thread.Sleep(100);
    }
}
