using System.Text;

namespace Motet.Http;

/// <summary>
/// What is kept of the request that became a WebSocket, an event stream or another protocol: its head, as it was sent. It stays as long as the client does, so it is kept as bytes and read anew on each call; what is needed often is better remembered. Any thread.
/// </summary>
public sealed class UpgradeRequest
{
    // The head that this thread has read last, so that one look after the other does not read it again.
    [ThreadStatic]
    private static (UpgradeRequest? Request, RequestHead Head) _last;

    private readonly byte[] _bytes;
    private readonly ServerLimits _limits;

    internal UpgradeRequest(HttpRequest request)
    {
        _bytes = request.HeadBytes.ToArray();
        _limits = request.Limits;
    }

    /// <summary>The method.</summary>
    public HttpMethod Method => new(Decode(Head.MethodOffset, Head.MethodLength));

    /// <summary>The whole request target as it was sent.</summary>
    public string Target => Decode(Head.TargetOffset, Head.TargetLength);

    /// <summary>The path of the target as it was sent, still percent-encoded, without the query.</summary>
    public string Path => Head.PathLength == 0 ? "/" : Decode(Head.PathOffset, Head.PathLength);

    /// <summary>The query without its <c>?</c>, as it was sent; empty when there is none.</summary>
    public string Query => Decode(Head.QueryOffset, Head.QueryLength);

    /// <summary>The host the client asked for, with the port if it sent one.</summary>
    public string Host => Decode(Head.HostOffset, Head.HostLength);

    /// <summary>The header lines.</summary>
    public RequestHeaders Headers => new(this);

    /// <summary>The cookies.</summary>
    public RequestCookies Cookies => new(this);

    internal ReadOnlySpan<byte> HeadBytes => _bytes;

    internal RequestHead Head
    {
        get
        {
            if (_last.Request == this) return _last.Head;
            var head = _last.Head ?? new RequestHead();
            head.Reset();
            HeadParser.Parse(_bytes, head, _limits);
            _last = (this, head);
            return head;
        }
    }

    private string Decode(int offset, int length) => Encoding.Latin1.GetString(_bytes, offset, length);
}
