namespace Motet.Runtime;

/// <summary>
/// Work that an object puts off to the end of the current turn with <see cref="EventLoop.Defer"/>, once, however often it
/// asks: a connection that is written to ten times in a turn sends once. The object is its own place in the queue; nothing is allocated.
/// </summary>
public abstract class LoopTask
{
    // Null while not queued; the last in the queue points at itself.
    internal LoopTask? Next;

    /// <summary>Whether the task waits for the end of the turn. Loop only.</summary>
    public bool IsQueued => Next is not null;

    /// <summary>
    /// Called once on the loop, before it polls again. The task is no longer queued and may be deferred anew.
    /// What it throws is reported as unhandled; the loop goes on.
    /// </summary>
    protected internal abstract void Run();
}
