namespace Motet.Runtime;

/// <summary>How a coprocess is set up.</summary>
public sealed class CoprocessOptions
{
    internal static readonly CoprocessOptions Default = new();

    /// <summary>
    /// Whether its parent may end without it: it is then interrupted, after all others have ended. For helpers that run as long as there is something to help: pruners, heartbeats.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// Messages that wait in the mailbox at most; default 1,024: enough for any burst that a receiver which keeps up has to take, and a bound for one that does not.
    /// </summary>
    public int MailboxCapacity { get; init; } = 1024;

    /// <summary>Where it runs; null for the scheduler of the caller.</summary>
    public CoprocessScheduler? Scheduler { get; init; }
}
