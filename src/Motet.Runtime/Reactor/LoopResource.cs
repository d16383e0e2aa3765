using Motet.Polling;

namespace Motet.Runtime;

/// <summary>
/// Something with a descriptor that an event loop watches: a connection, a listener, a pipe. The loop neither owns nor closes the descriptor:
/// <see cref="EventLoop.Unwatch"/> first, then close.
/// </summary>
public abstract class LoopResource
{
    internal TriggerMode Mode;

    /// <summary>What the descriptor is registered as; <c>default</c> while it is not watched. Loop only.</summary>
    public Token Token { get; internal set; }

    /// <summary>The loop that watches this resource, or null. Loop only.</summary>
    public EventLoop? Loop { get; internal set; }

    /// <summary>
    /// The descriptor is ready, or may be: only <see cref="Readiness.Readable"/> and <see cref="Readiness.Writable"/> are promises to try, the
    /// rest are hints, and with edge triggering the resource has to go on until the kernel has no more, or arrange to be called again. Called on the
    /// loop, never after <see cref="EventLoop.Unwatch"/> returned. What it throws is reported as unhandled; the loop goes on.
    /// </summary>
    /// <param name="readiness">What the poll engine saw.</param>
    protected internal abstract void OnReady(Readiness readiness);

    /// <summary>
    /// The loop is about to end. Last chance to flush, close and <see cref="EventLoop.Unwatch"/>; what stays is unwatched afterwards and
    /// keeps its descriptor. Called once, on the loop.
    /// </summary>
    protected internal virtual void OnLoopStopping()
    {
    }
}
