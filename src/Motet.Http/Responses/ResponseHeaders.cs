using System.Buffers;
using System.Text;

namespace Motet.Http;

/// <summary>
/// Header lines, or trailer lines, that a handler adds to its response. They are checked strictly, so that no value can end its line and begin another (response splitting), and kept as the
/// bytes that will be sent. What frames the response (<c>Content-Length</c>, <c>Transfer-Encoding</c>, <c>Connection</c>, <c>Date</c>) is the server's. A trailer comes too late to say how the message is framed, routed, authenticated, cached or
/// read, so such names are refused there (RFC 9110 §6.5.1).
/// </summary>
public sealed partial class ResponseHeaders
{
    private static readonly string[] Reserved = ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date"];

    // RFC 9110 §6.5.1 names the kinds; these are the fields of the registry that are of one.
    private static readonly HashSet<string> NotInTrailers = new(
        [
            .. Reserved, "Proxy-Connection", "TE", "Trailer", "Upgrade",
            "Host", "Max-Forwards", "Via",
            "Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Proxy-Authorization", "Cookie", "Set-Cookie",
            "Expect", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
            "Age", "Cache-Control", "Expires", "Pragma", "Vary", "Warning", "Location", "Retry-After",
            "Content-Type", "Content-Encoding", "Content-Range",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly ArrayBufferWriter<byte> _lines = new(256);
    private readonly bool _areTrailers;

    internal ResponseHeaders(bool areTrailers = false) => _areTrailers = areTrailers;

    internal ReadOnlySpan<byte> Lines => _lines.WrittenSpan;

    /// <summary>Whether <c>Content-Type</c> is among them.</summary>
    internal bool HasContentType { get; private set; }

    /// <summary>Whether <c>Server</c> is among them.</summary>
    internal bool HasServer { get; private set; }

    /// <summary>Whether <c>Upgrade</c> is among them.</summary>
    internal bool HasUpgrade { get; private set; }

    /// <summary>Adds a line; the same name may be added again (<c>Set-Cookie</c>).</summary>
    /// <param name="name">A token (RFC 9110 §5.6.2).</param>
    /// <param name="value">Visible ASCII, space and tab.</param>
    /// <exception cref="ArgumentException">The name is no token, is the server's, or has no place in a trailer, or the value has other characters.</exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!FieldWriter.IsName(name)) throw new ArgumentException($"'{name}' is not a header name.", nameof(name));
        if (!FieldWriter.IsValue(value)) throw new ArgumentException($"The value of {name} has a character that a header value cannot have.", nameof(value));
        if (_areTrailers && NotInTrailers.Contains(name)) throw new ArgumentException($"{name} has no place in a trailer.", nameof(name));
        if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"{name} is written by the server.", nameof(name));

        HasContentType |= name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
        HasServer |= name.Equals("Server", StringComparison.OrdinalIgnoreCase);
        HasUpgrade |= name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase);
        Encoding.ASCII.GetBytes(name, _lines);
        _lines.Write(": "u8);
        Encoding.ASCII.GetBytes(value, _lines);
        _lines.Write("\r\n"u8);
    }

    internal void Clear()
    {
        _lines.ResetWrittenCount();
        HasContentType = HasServer = HasUpgrade = false;
    }
}
