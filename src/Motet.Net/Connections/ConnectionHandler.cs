namespace Motet.Net;

/// <summary>
/// What a protocol does on one connection, as callbacks. All of them run on the connection's event loop and never overlap:
/// <see cref="OnOpen"/> is first, <see cref="OnClose"/> is last and comes exactly once. What is written during a callback leaves in one system
/// call when the callback returns. A write that finds the connection broken ends it; input that was not read by then is lost with it. An exception that escapes a callback ends this connection with <see cref="CloseReason.HandlerFailed"/>
/// and touches no other.
/// </summary>
public abstract class ConnectionHandler
{
    /// <summary>The connection is established.</summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnOpen(Connection connection)
    {
    }

    /// <summary>
    /// Bytes arrived. The memory is valid, and may be overwritten, during the call only. What is not consumed comes again, in front of what arrives next,
    /// less than <see cref="ConnectionOptions.MaxUnconsumedBytes"/>. After <see cref="Connection.PauseInput"/> no more calls come until
    /// <see cref="Connection.ResumeInput"/>.
    /// </summary>
    /// <param name="connection">The connection this handler serves.</param>
    /// <param name="data">All bytes that have arrived and were not consumed before.</param>
    /// <returns>How many bytes of <paramref name="data"/>, from its start, are done with.</returns>
    protected internal abstract int OnData(Connection connection, Span<byte> data);

    /// <summary>
    /// The peer finished sending; everything it sent was offered before. Writing is still possible. By default the connection is closed.
    /// </summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnEndOfInput(Connection connection) => connection.Close(CloseReason.PeerClosed);

    /// <summary>Everything written was taken by the kernel, after a time when it was not.</summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnDrained(Connection connection)
    {
    }

    /// <summary>
    /// The connection broke (a reset, or both directions ended) while input was paused or after its end, so that no read would find out; told once.
    /// Bytes that arrived before may still be read. By default nothing is done while input is paused, and the next read or write meets the error; after the end
    /// of input the connection is closed.
    /// </summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnHangUp(Connection connection)
    {
        if (!connection.IsInputPaused) connection.Close(CloseReason.PeerClosed);
    }

    /// <summary>
    /// The peer finished sending while input is paused, so that <see cref="OnEndOfInput"/> has to wait for the input before it; told once. It may still be reading, or be gone: only what is sent to it finds that out, or the
    /// connection's own probes, which take a minute or more; <see cref="OnHangUp"/> then says so. By default nothing is done.
    /// </summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnPeerFinished(Connection connection)
    {
    }

    /// <summary>The deadline set with <see cref="Connection.SetDeadline"/> has passed. By default the connection is aborted with <see cref="CloseReason.IdleTimeout"/>.</summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnDeadline(Connection connection) => connection.Abort(CloseReason.IdleTimeout);

    /// <summary>
    /// The server is stopping: finish what is under way and close. The connection is aborted when the stop's grace period ends. By default it is closed
    /// after what was written is sent.
    /// </summary>
    /// <param name="connection">The connection this handler serves.</param>
    protected internal virtual void OnShutdown(Connection connection) => connection.Close(CloseReason.Shutdown);

    /// <summary>The connection has ended; its descriptor is closed and nothing can be read or written.</summary>
    /// <param name="connection">The connection this handler served.</param>
    /// <param name="reason">Why it ended.</param>
    protected internal virtual void OnClose(Connection connection, CloseReason reason)
    {
    }
}
