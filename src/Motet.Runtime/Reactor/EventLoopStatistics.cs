namespace Motet.Runtime;

/// <summary>Figures of one event loop, counted since it started.</summary>
public readonly record struct EventLoopStatistics
{
    /// <summary>Turns: polls and what followed them.</summary>
    public long Turns { get; init; }

    /// <summary>Callbacks of all kinds that were called.</summary>
    public long Callbacks { get; init; }

    /// <summary>Callbacks that came from other threads.</summary>
    public long Posts { get; init; }

    /// <summary>Times another thread had to wake the loop from its sleep; posts to a loop that is awake need none.</summary>
    public long WakeUps { get; init; }

    /// <summary>Timers that fired.</summary>
    public long TimersFired { get; init; }

    /// <summary>Timers that are waiting now.</summary>
    public int Timers { get; init; }

    /// <summary>Resources that are watched now.</summary>
    public int Resources { get; init; }

    /// <summary>Exceptions that callbacks let escape.</summary>
    public long UnhandledExceptions { get; init; }

    /// <summary>
    /// How long the loop is away from its poll in a turn, the average of the last turns: what something that becomes ready waits at worst.
    /// </summary>
    public TimeSpan RecentLag { get; init; }

    /// <summary>The longest that the loop was away from its poll.</summary>
    public TimeSpan MaxLag { get; init; }

    /// <summary>
    /// The longest time that the watchdog saw the loop in one callback; zero when none lasted past the quarter of
    /// <see cref="EventLoopOptions.LongCallbackThreshold"/> at which it looks.
    /// </summary>
    public TimeSpan LongestCallback { get; init; }
}
