namespace Motet.Http;

/// <summary>How HTTP is spoken, besides its limits (<see cref="ServerLimits"/>). Immutable once built, so one instance can be shared by every connection and read from any thread.</summary>
public sealed record HttpOptions
{
    /// <summary>The options a server has when nobody sets others.</summary>
    public static HttpOptions Default { get; } = new();

    /// <summary>
    /// The value of the <c>Server</c> header of every response; one that a handler adds takes its place. Default: null, no such header, as it mostly tells attackers what to try (RFC 9110 §10.2.4).
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty, or has other characters than visible ASCII, space and tab.</exception>
    public string? ServerHeader
    {
        get;
        init
        {
            if (value is not null && (value.Length == 0 || !FieldWriter.IsValue(value))) throw new ArgumentException("The value of the Server header is empty, or has a character that a header value cannot have.", nameof(value));
            field = value;
        }
    }

    /// <summary>
    /// Whether handlers get <c>CONNECT</c> requests (<see cref="HttpRequest.OpenTunnelAsync"/>); else they are answered with 501 and the connection closed. Default: no. It is a proxy's method; a
    /// handler that does not expect it could answer 200, and the client would take what follows for the tunnel (RFC 9110 §9.3.6).
    /// </summary>
    public bool AllowConnect { get; init; }

    /// <summary>
    /// Whether handlers get <c>TRACE</c> requests; else they are answered with 405. Default: no. The method's one use is to echo a request, and with it cookies and credentials that scripts must not see (RFC 9110 §9.3.8).
    /// </summary>
    public bool AllowTrace { get; init; }

    /// <summary>The bodies of error responses that have none of their own; null for none.</summary>
    public ErrorPages? ErrorPages { get; init; }

    /// <summary>Gets a line for each request. Default: null, none. Whoever made it disposes it, after the servers that use it have stopped.</summary>
    public AccessLog? AccessLog { get; init; }
}
