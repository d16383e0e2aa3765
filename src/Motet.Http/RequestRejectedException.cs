namespace Motet.Http;

/// <summary>
/// The rest of a request cannot be accepted: its body is too large, malformed, too slow, ended early, or not what its reader reads. Thrown to the handler that reads it. A handler that
/// lets it pass has the client answered with <see cref="Status"/>.
/// </summary>
public sealed class RequestRejectedException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What is wrong with the request.</param>
    public RequestRejectedException(RejectReason reason)
        : this(reason, null)
    {
    }

    internal RequestRejectedException(RejectReason reason, Exception? innerException)
        : base($"The request was rejected: {reason.ToText()}.", innerException)
        => Reason = reason;

    /// <summary>What is wrong with the request.</summary>
    public RejectReason Reason { get; }

    /// <summary>The status that says so to the client.</summary>
    public HttpStatus Status => Reason.ToStatus();
}
