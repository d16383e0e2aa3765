using System.Text;

namespace Motet.Http;

/// <summary>
/// The request that a client of another protocol (WebSocket, server-sent events, an upgrade) began with, kept for as long as somebody keeps it. It is one copy of the head's bytes; what is asked of it is read from them anew on each call. Any thread.
/// </summary>
public sealed class UpgradeRequest
{
    // The head was accepted once, by whatever limits.
    private static readonly ServerLimits NoLimits = new() { MaxRequestLineBytes = 1 << 20, MaxHeadBytes = 1 << 20, MaxHeaderCount = 1 << 20 };

    [ThreadStatic]
    private static RequestHead? _parsed;

    // Whose head the table above is.
    [ThreadStatic]
    private static UpgradeRequest? _parsedFor;

    private readonly byte[] _head;

    internal UpgradeRequest(HttpRequest request) => _head = request.HeadBytes.ToArray();

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

    private string Text(int offset, int length) => Encoding.Latin1.GetString(_head, offset, length);
}
