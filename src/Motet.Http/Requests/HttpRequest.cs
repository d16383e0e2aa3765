using System.Net;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// A request and the way to answer it. It belongs to its handler from the call until the handler's task completes, and then to another request: nothing of
/// it may be used afterwards. All members are for the connection's event loop, where the handler runs.
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
    public string Path => _path ??= Head.PathLength == 0 ? (Head.TargetForm == TargetForm.Authority ? "" : "/") : Loop.Strings.Get(PathBytes);

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

    /// <summary>The cookies that the client sent.</summary>
    public RequestCookies Cookies => new(this);

    /// <summary>The length of the body as the client declared it; null when it sends chunks, 0 when there is no body.</summary>
    public long? ContentLength => Head.IsChunked ? null : Math.Max(Head.ContentLength, 0);

    /// <summary>The body. Nothing of it is read until it is asked for.</summary>
    public RequestBody Body { get; }

    /// <summary>The address of the client; null when it is gone, or came through an unnamed Unix socket.</summary>
    public EndPoint? RemoteEndPoint => Connection.RemoteEndPoint;

    /// <summary>The connection that carries the request.</summary>
    public Connection Connection => Http.Connection;

    /// <summary>The limits that the request is served with.</summary>
    public ServerLimits Limits => Http.Service.Limits;

    /// <summary>Is cancelled when the client is gone before the answer was complete, or the server's patience at shutdown is over. Made when first asked for.</summary>
    public CancellationToken Aborted
    {
        get
        {
            if (_aborted is null)
            {
                _aborted = new CancellationTokenSource();
                if (!Connection.IsOpen) _aborted.Cancel();
            }

            return _aborted.Token;
        }
    }

    /// <summary>The percent-encoded path as bytes, for routing without a string. Valid until the next await.</summary>
    public ReadOnlySpan<byte> PathBytes => Head.PathLength == 0 ? (Head.TargetForm == TargetForm.Authority ? default : "/"u8) : HeadBytes.Slice(Head.PathOffset, Head.PathLength);

    internal HttpLoop Loop { get; }

    internal Http1Connection Http { get; private set; } = null!;

    internal RequestHead Head { get; } = new();
}
