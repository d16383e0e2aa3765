namespace Motet.Runtime;

/// <summary>Numbers over all coprocesses of the process, since its start unless it says otherwise: <see cref="Coprocess.GetStatistics"/>.</summary>
public readonly record struct CoprocessStatistics
{
    /// <summary>Spawned.</summary>
    public long Spawned { get; init; }

    /// <summary>Spawned and not ended, now.</summary>
    public long Living => Math.Max(0, Spawned - Completed - Interrupted - Canceled - Failed);

    /// <summary>Ended by themselves.</summary>
    public long Completed { get; init; }

    /// <summary>Interrupted, or transient and no longer needed.</summary>
    public long Interrupted { get; init; }

    /// <summary>Cancelled by a scope around them.</summary>
    public long Canceled { get; init; }

    /// <summary>Failed.</summary>
    public long Failed { get; init; }

    /// <summary>Steps that wait for their turn, now: more and more of them say that a loop or the thread pool does not keep up.</summary>
    public long RunnableSteps { get; init; }

    /// <summary>Steps run: from a wake-up to the next wait.</summary>
    public long Steps { get; init; }

    /// <summary>Messages that nobody took before their receiver ended.</summary>
    public long UndeliveredMessages { get; init; }

    /// <summary>Timers that are set, now: sleeps and deadlines, on loops also all other timers.</summary>
    public int WaitingTimers { get; init; }

    /// <summary>The time until the next of them, not longer than it is; null when none is set.</summary>
    public TimeSpan? UntilNextTimer { get; init; }
}
