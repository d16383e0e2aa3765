namespace Motet.Net;

/// <summary>The connection ended before the operation was done. <see cref="Reason"/> says why.</summary>
public sealed class ConnectionClosedException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why the connection ended.</param>
    public ConnectionClosedException(CloseReason reason)
        : base($"The connection is closed: {reason}.")
        => Reason = reason;

    /// <summary>Why the connection ended.</summary>
    public CloseReason Reason { get; }
}
