using System.Text;

namespace Motet.Http;

/// <summary>
/// The request that a client of another protocol (WebSocket, server-sent events, an upgrade) began with, kept for as long as somebody keeps it. It is one copy of the head's bytes; what is asked of it is read from them anew on each call. Any thread.
/// </summary>
/// <remarks>Of a WebSocket's the lines of the handshake itself are not kept (<c>Connection</c>, <c>Upgrade</c>, <c>Sec-WebSocket-Key</c>, <c>-Version</c>, <c>-Extensions</c>): they have had their answer, and would be most of what an idle socket costs.</remarks>
public sealed class UpgradeRequest
{
    // The head was accepted once, by whatever limits.
    private static readonly ServerLimits NoLimits = new() { MaxRequestLineBytes = 1 << 20, MaxHeadBytes = 1 << 20, MaxHeaderCount = 1 << 20 };

    [ThreadStatic]
    private static RequestHead? _parsed;

    // Whose head the table above is.
    [ThreadStatic]
    private static UpgradeRequest? _parsedFor;

    // What was kept last of a WebSocket's head.
    [ThreadStatic]
    private static byte[]? _keptLast;

    private readonly byte[] _head;

    internal UpgradeRequest(HttpRequest request)
        : this(request.HeadBytes.ToArray())
    {
    }

    /// <param name="head">The bytes of a head that was accepted, whole.</param>
    internal UpgradeRequest(byte[] head) => _head = head;

    /// <summary>The method.</summary>
    public HttpMethod Method => HttpMethod.Parse(Text(Head.MethodOffset, Head.MethodLength));

    /// <summary>The path of the target as it was sent, still percent-encoded, without the query.</summary>
    public string Path => Head is { PathLength: > 0 } head ? Text(head.PathOffset, head.PathLength) : "/";

    /// <summary>The query without its <c>?</c>, as it was sent; empty when there is none.</summary>
    public string Query => Text(Head.QueryOffset, Head.QueryLength);

    /// <summary>The whole request target as it was sent.</summary>
    public string Target => Text(Head.TargetOffset, Head.TargetLength);

    /// <summary>The host the client asked for, with the port if it sent one.</summary>
    public string Host => Text(Head.HostOffset, Head.HostLength);

    /// <summary>The header lines.</summary>
    public RequestHeaders Headers => new(this);

    /// <summary>The cookies that the client sent.</summary>
    public RequestCookies Cookies => new(this);

    internal ReadOnlySpan<byte> HeadBytes => _head;

    internal RequestHead Head
    {
        get
        {
            var head = _parsed ??= new RequestHead();
            if (_parsedFor == this) return head;
            head.Reset();
            HeadParser.Parse(_head, head, NoLimits);
            _parsedFor = this;
            return head;
        }
    }

    /// <summary>The head of a request without the lines that its handshake as a WebSocket has answered.</summary>
    internal static byte[] WithoutHandshake(HttpRequest request)
    {
        var head = request.Head;
        var bytes = request.HeadBytes;
        var length = head.Length;
        foreach (ref readonly var field in head.Headers)
        {
            if (IsOfHandshake(field.Name(bytes))) length -= LineEnd(field, bytes) - field.NameOffset;
        }

        const int MaxStackBytes = 1024;
        var kept = length <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[length];
        kept = kept[..length];
        var written = 0;
        var from = 0;
        foreach (ref readonly var field in head.Headers)
        {
            if (!IsOfHandshake(field.Name(bytes))) continue;
            Copy(bytes[from..field.NameOffset], kept, ref written);
            from = LineEnd(field, bytes);
        }

        Copy(bytes[from..head.Length], kept, ref written);

        // Devices and programs of one kind send the same, one like the other: then they keep the same bytes.
        return _keptLast is { } last && kept.SequenceEqual(last) ? last : _keptLast = kept.ToArray();
    }

    private static void Copy(ReadOnlySpan<byte> bytes, Span<byte> destination, ref int written)
    {
        bytes.CopyTo(destination[written..]);
        written += bytes.Length;
    }

    // Behind the value there is white space at most, and then the line's end.
    private static int LineEnd(in HeaderField field, ReadOnlySpan<byte> bytes)
    {
        var end = field.ValueOffset + field.ValueLength;
        return end + bytes[end..].IndexOf((byte)'\n') + 1;
    }

    private static bool IsOfHandshake(ReadOnlySpan<byte> name) => name.Length switch
    {
        7 => Ascii.EqualsIgnoreCase(name, "Upgrade"u8),
        10 => Ascii.EqualsIgnoreCase(name, "Connection"u8),
        17 => Ascii.EqualsIgnoreCase(name, "Sec-WebSocket-Key"u8),
        21 => Ascii.EqualsIgnoreCase(name, "Sec-WebSocket-Version"u8),
        24 => Ascii.EqualsIgnoreCase(name, "Sec-WebSocket-Extensions"u8),
        _ => false,
    };

    private string Text(int offset, int length) => Encoding.Latin1.GetString(_head, offset, length);
}
