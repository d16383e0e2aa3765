using Motet.Net;

namespace Motet.Http;

/// <summary>
/// HTTP/1.1 on one connection (RFC 9112). Requests are parsed where they lie and answered in order: a handler that completes synchronously is followed by the
/// next request of the same read, and all answers leave together; while a handler waits, nothing more is read. Idle, it holds no buffer and no request object.
/// </summary>
internal sealed partial class Http1Connection(HttpService service, Connection connection) : ConnectionHandler
{
    // The request whose head is arriving or whose handler runs; null while the connection is idle.
    private HttpRequest? _request;
    private Phase _phase;

    private enum Phase : byte
    {
        /// <summary>No request is under way, or part of a head has arrived.</summary>
        Head,

        /// <summary>A handler is running and has not waited yet.</summary>
        Handling,

        /// <summary>A handler waits; input is paused.</summary>
        Waiting,

        /// <summary>The last answer was written; what still comes is not looked at.</summary>
        Ending,
    }

    public HttpService Service => service;

    public Connection Connection => connection;

    /// <summary>The server is stopping: the request under way is the last one.</summary>
    public bool ClosesSoon { get; private set; }

    protected override void OnOpen(Connection connection) => connection.SetDeadline(service.Limits.HeadTimeout);

    protected override unsafe int OnData(Connection connection, Span<byte> data)
    {
        var loop = HttpLoop.Current;
        fixed (byte* start = data)
        {
            var position = start;
            var end = start + data.Length;
            while (position < end)
            {
                if (_phase == Phase.Ending) return data.Length;
                var request = _request ??= BeginHead(loop);
                var status = HeadParser.Parse(new ReadOnlySpan<byte>(position, (int)(end - position)), request.Head, service.Limits);
                if (status == HeadStatus.NeedMore)
                {
                    if (!_headHasDeadline) StartHeadDeadline();
                    return (int)(position - start);
                }

                if (status == HeadStatus.Rejected)
                {
                    Reject(request, request.Head.RejectReason);
                    return data.Length;
                }

                var headLength = request.Head.Length;
                request.Begin(position, position + headLength, (int)(end - position) - headLength);
                position += headLength;
                if (Handle(request))
                {
                    position += request.Body.Detach();
                    Complete(request);
                    continue;
                }

                position += request.Detach();
                return (int)(position - start);
            }
        }

        if (_phase == Phase.Head) BecomeIdle(loop);
        return data.Length;
    }

    protected override void OnEndOfInput(Connection connection)
    {
        if (_phase == Phase.Head && _request is not null) Reject(_request, RejectReason.Incomplete);
        else connection.Close(CloseReason.PeerClosed);
    }

    protected override void OnDeadline(Connection connection)
    {
        switch (_phase)
        {
            case Phase.Head when _request is not null:
                Reject(_request, RejectReason.HeadTimeout);
                break;
            case Phase.Handling or Phase.Waiting when _request is { HasResponseStarted: false }:
                Reject(_request, RejectReason.BodyTimeout);
                break;
            default:
                connection.Close(CloseReason.IdleTimeout);
                break;
        }
    }

    protected override void OnShutdown(Connection connection)
    {
        ClosesSoon = true;
        if (_phase == Phase.Head && _request is null) connection.Close(CloseReason.Shutdown);
    }

    protected override void OnHangUp(Connection connection) => connection.Abort(CloseReason.PeerReset);

    protected override void OnClose(Connection connection, CloseReason reason)
    {
        if (_request is null) return;
        if (_phase is Phase.Handling or Phase.Waiting) _request.Abort();
        else Release();
    }

    private HttpRequest BeginHead(HttpLoop loop)
    {
        var request = loop.RentRequest();
        request.BeginHead(this);
        return request;
    }

    private void BecomeIdle(HttpLoop loop)
    {
        if (_request is not null) Release();
        _headHasDeadline = false;
        connection.SetDeadline(service.Limits.KeepAliveTimeout);
    }

    private void Release()
    {
        var request = _request!;
        _request = null;
        request.Loop.ReturnRequest(request);
    }
}
