namespace Motet.Runtime;

/// <summary>
/// What happens when a signal comes while an earlier one of the same kind is still in hand: from its arrival until the watch is asked for the next signal after it.
/// </summary>
public enum RepeatedSignal
{
    /// <summary>
    /// It is kept and given next. Before the earlier one was given, the two are one: at most one of each kind waits, as the kernel does with pending signals of a process (signal(7)).
    /// </summary>
    Keep,

    /// <summary>
    /// The system's default action follows, which for SIGINT, SIGTERM, SIGHUP, SIGQUIT and the user signals is the end of the process: who presses Ctrl-C a second time wants
    /// a program that does not react, or cleans up for too long, gone. Another watch of the same signal that keeps it prevents that.
    /// </summary>
    DefaultAction,
}
