using System.Diagnostics;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// HTTP/1.1 on one connection (RFC 9112). Requests are parsed where they lie and answered in order: a handler that completes synchronously is followed by the
/// next request of the same read, and all answers leave together; while a handler waits, nothing more is read. Idle, it holds no buffer and no request object.
/// </summary>
internal sealed partial class Http1Connection : ConnectionHandler
{
    private HttpService _service;
    private Connection _connection;

    // The request whose head is arriving or whose handler runs; null while the connection is idle.
    private HttpRequest? _request;
    private Phase _phase;
    private bool _headHasDeadline;

    public Http1Connection(HttpService service, Connection connection)
    {
        _service = service;
        _connection = connection;
    }

    private enum Phase : byte
    {
        /// <summary>No request is under way, or part of a head has arrived. To Handling when the head is complete, to Ending when it is rejected.</summary>
        Head,

        /// <summary>A handler is running and has not waited yet. To Head or Ending when it completes, to Waiting when it does not.</summary>
        Handling,

        /// <summary>A handler, or the rest of a body, is waited for; input is paused. To Head, Held or Ending when that is done.</summary>
        Waiting,

        /// <summary>The client does not take its answers; input is paused until it does. To Head then.</summary>
        Held,

        /// <summary>Many requests came at once, and it is others' turn; input is paused until then. To Head then, or to Ending.</summary>
        Yielding,

        /// <summary>The connection is another protocol's, and nothing of it is touched here; the handler may still run. For good.</summary>
        GivenAway,

        /// <summary>The last answer was written, or the connection is closed; what still comes is not looked at. For good.</summary>
        Ending,
    }

    public HttpService Service => _service;

    public Connection Connection => _connection;

    /// <summary>The server is stopping: the request under way is the last one.</summary>
    public bool ClosesSoon { get; private set; }

    /// <summary>The client will send no more, though not all it sent was read.</summary>
    public bool PeerFinished { get; private set; }

    /// <summary>Serves another connection: the one before was given away, and nothing refers here any more.</summary>
    public void Serve(HttpService service, Connection connection)
    {
        Debug.Assert(_phase == Phase.GivenAway && _request is null, "The object is in use.");
        _service = service;
        _connection = connection;
        _phase = Phase.Head;
        _headHasDeadline = ClosesSoon = PeerFinished = false;
        _peer = null;
    }

    protected override void OnOpen(Connection connection) => _connection.SetDeadline(_service.Limits.HeadTimeout);

    protected override unsafe int OnData(Connection connection, Span<byte> data)
    {
        var loop = HttpLoop.Current;
        var limits = _service.Limits;
        fixed (byte* start = data)
        {
            var position = start;
            var end = start + data.Length;
            var served = 0;
            while (position < end)
            {
                if (_phase == Phase.Ending) return data.Length;
                var request = _request ??= loop.RentRequest();
                var status = HeadParser.Parse(new ReadOnlySpan<byte>(position, (int)(end - position)), request.Head, limits);
                if (status == HeadStatus.NeedMore)
                {
                    if (!_headHasDeadline) StartHeadDeadline();
                    return (int)(position - start);
                }

                if (status == HeadStatus.Rejected || request.Head.HasUnknownExpectation || request.Head.Method is MethodKind.Trace or MethodKind.Connect)
                {
                    var reason = WhyNotHandled(request.Head);
                    if (reason != RejectReason.None)
                    {
                        RejectHead(reason);
                        return data.Length;
                    }
                }

                var headLength = request.Head.Length;
                request.Begin(this, position, position + headLength, (int)(end - position) - headLength);
                position += headLength;
                if (!Handle(request, out var rest))
                {
                    position += request.Detach();
                    Wait(request, rest);
                    return (int)(position - start);
                }

                position += request.Body.Detach();
                Complete(request, moreHasArrived: position < end);
                if (_phase == Phase.GivenAway) return (int)(position - start);
                if (_connection.Pending > limits.MaxWaitingResponseBytes && !MakeRoomForAnswers()) return (int)(position - start);
                if (++served == limits.MaxPipelinedRequests && position < end && _phase == Phase.Head)
                {
                    Yield();
                    return (int)(position - start);
                }
            }
        }

        if (_phase == Phase.Head) BecomeIdle();
        return data.Length;
    }

    protected override void OnEndOfInput(Connection connection)
    {
        if (_phase == Phase.Head && _request is { Head.HasBegun: true }) RejectHead(RejectReason.Incomplete);
        else _connection.Close(CloseReason.PeerClosed);
    }

    protected override void OnDrained(Connection connection)
    {
        if (_phase == Phase.Held) LetGo();
    }

    protected override void OnDeadline(Connection connection)
    {
        switch (_phase)
        {
            case Phase.Head when _request is { Head.HasBegun: true }:
                RejectHead(RejectReason.HeadTimeout);
                break;
            case Phase.Waiting:
                RejectBody(_request!);
                break;
            default:
                _connection.Close(CloseReason.IdleTimeout);
                break;
        }
    }

    protected override void OnShutdown(Connection connection)
    {
        ClosesSoon = true;
        if (_phase == Phase.Head && _request is null) End(CloseReason.Shutdown, lingers: false);
        else if (_phase is Phase.Held or Phase.Yielding) End(CloseReason.Shutdown, lingers: true);
    }

    protected override void OnPeerFinished(Connection connection)
    {
        PeerFinished = true;
        if (_phase == Phase.Waiting) _request!.ProbeClient();
    }

    protected override void OnHangUp(Connection connection) => _connection.Abort(CloseReason.PeerReset);

    protected override void OnClose(Connection connection, CloseReason reason)
    {
        AbortRequest();
        if (_phase == Phase.Head && _request is not null) DropHead();
    }

    private void StartHeadDeadline()
    {
        _headHasDeadline = true;
        _connection.SetDeadline(_service.Limits.HeadTimeout);
    }

    private void BecomeIdle()
    {
        if (_request is not null) Release();
        _connection.SetDeadline(_service.Limits.KeepAliveTimeout);
    }

    private void DropHead()
    {
        _request!.Reset();
        Release();
    }

    private void Release()
    {
        var request = _request!;
        _request = null;
        request.Loop.ReturnRequest(request);
    }
}
