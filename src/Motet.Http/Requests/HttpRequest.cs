using System.Net;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// A request and the way to answer it. It belongs to its handler from the call until the handler's task completes, and then to another request: nothing of
/// it may be used afterwards, and what is used nevertheless throws <see cref="InvalidOperationException"/> unless the object serves another request already. All
/// members are for the connection's event loop, where the handler runs.
/// </summary>
public sealed partial class HttpRequest
{
    internal HttpRequest(HttpLoop loop)
    {
        Loop = loop;
        Body = new RequestBody(this);
    }

    /// <summary>The method. Known methods are the instances of <see cref="System.Net.Http.HttpMethod"/>, so they compare cheaply.</summary>
    public HttpMethod Method => _method ??= ToMethod();

    /// <summary>The path of the target as it was sent, still percent-encoded, without the query; <c>*</c> for <c>OPTIONS *</c>. Never empty, but for <c>CONNECT</c>.</summary>
    public string Path => _path ??= Loop.Strings.Get(PathBytes);

    /// <summary>The query without its <c>?</c>, as it was sent; empty when there is none.</summary>
    public string Query => Head.QueryLength == 0 ? "" : Loop.Strings.Get(HeadBytes.Slice(Head.QueryOffset, Head.QueryLength));

    /// <summary>The whole request target as it was sent.</summary>
    public string Target => Loop.Strings.Get(HeadBytes.Slice(Head.TargetOffset, Head.TargetLength));

    /// <summary>The host the client asked for, with the port if it sent one; empty when an HTTP/1.0 client named none.</summary>
    public string Host => Head.HostLength == 0 ? "" : Loop.Strings.Get(HeadBytes.Slice(Head.HostOffset, Head.HostLength));

    /// <summary>The version: 1.0 or 1.1.</summary>
    public Version Version => Head.MinorVersion == 0 ? HttpVersion.Version10 : HttpVersion.Version11;

    /// <summary>The header lines.</summary>
    public RequestHeaders Headers => new(this);

    /// <summary>
    /// The lines that came behind a body sent in chunks (RFC 9110 §6.5): there when the body was read to its end, empty before, and for every other request. They are never among <see cref="Headers"/>, and what
    /// they say about the framing or the meaning of the request has no effect: whoever uses one decides that it may come so late.
    /// </summary>
    public RequestHeaders Trailers => new(this, areTrailers: true);

    /// <summary>The cookies that the client sent.</summary>
    public RequestCookies Cookies => new(this);

    /// <summary>The length of the body as the client declared it; null when it sends chunks, 0 when there is no body.</summary>
    public long? ContentLength => Head.IsChunked ? null : Math.Max(Head.ContentLength, 0);

    /// <summary>The body. Nothing of it is read until it is asked for.</summary>
    public RequestBody Body { get; }

    /// <summary>The address of the client; null when it is gone, or came through an unnamed Unix socket.</summary>
    public EndPoint? RemoteEndPoint => Connection.RemoteEndPoint;

    /// <summary>The connection that carries the request. It is the server's to read and to write; its address, state and <see cref="Connection.Abort"/> are for everybody.</summary>
    public Connection Connection => Http.Connection;

    /// <summary>The limits that the request is served with.</summary>
    public ServerLimits Limits => Http.Service.Limits;

    /// <summary>
    /// Is cancelled, on the loop, when the client is gone or given up while the handler runs: it reset or closed the connection, did not go on with the body, or did not take the answer in time, or the server's patience at shutdown is over. Made when first asked for.
    /// </summary>
    /// <remarks>
    /// A client that only ends its sending side may still be reading, as <c>nc -N</c> does, and is not gone; one that has closed its socket sends the very same. To tell them apart before the response has started, an HTTP/1.1 client is
    /// then sent an interim 100, which every such client takes or ignores (RFC 9110 §15.2): the one that is gone answers with a reset. In a response that has started the next piece does that. An HTTP/1.0 client, or one whose
    /// response rests, is found out by keep-alive probes, a minute or more later.
    /// </remarks>
    public CancellationToken Aborted
    {
        get
        {
            if (_aborted is null)
            {
                ThrowIfOver();
                _aborted = new CancellationTokenSource();
                if (IsAborted || !Connection.IsOpen) _aborted.Cancel();
                else if (Http.PeerFinished) ProbeClient();
            }

            return _aborted.Token;
        }
    }

    /// <summary>The percent-encoded path as bytes, for routing without a string. Valid until the next await.</summary>
    public ReadOnlySpan<byte> PathBytes => Head.PathLength == 0 ? EmptyPath() : HeadBytes.Slice(Head.PathOffset, Head.PathLength);

    /// <summary>When the handler was called, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; only while requests are logged.</summary>
    internal long StartedAt { get; set; }

    /// <summary>Method and target as they were sent.</summary>
    internal ReadOnlySpan<byte> RequestLine => HeadBytes[Head.MethodOffset..(Head.TargetOffset + Head.TargetLength)];

    internal HttpLoop Loop { get; }

    internal Http1Connection Http { get; private set; } = null!;

    internal RequestHead Head { get; } = new();

    // RFC 9110 §4.2.3: a target without a path means the root; RFC 9112 §3.2.4: with OPTIONS, the server as a whole.
    private ReadOnlySpan<byte> EmptyPath()
    {
        ThrowIfOver();
        return Head.TargetForm == TargetForm.Authority ? default : Head.Method == MethodKind.Options && !Head.HasQuery ? "*"u8 : "/"u8;
    }
}
