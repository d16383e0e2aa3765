using System.Diagnostics;
using System.Runtime.CompilerServices;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>What the HTTP connections of one event loop share: request objects, the date, strings seen before. Loop thread only.</summary>
internal sealed class HttpLoop
{
    /// <summary>Request objects kept for later: as many as pipelined or waiting requests usually need at once; one is about 2 KiB.</summary>
    private const int MaxKeptRequests = 256;

    [ThreadStatic]
    private static HttpLoop? _current;

    /// <summary>Objects of connections that were given away, kept for later: of those who come at once to become WebSockets few are on their way at the same time.</summary>
    private const int MaxKeptConnections = 64;

    private readonly Stack<HttpRequest> _requests = new();
    private readonly Stack<Http1Connection> _connections = new();
    private readonly HttpDate _date = new();
    private readonly byte[] _okAndDate = [.. StatusLine.For(HttpStatus.OK), .. new byte["Date: \r\n"u8.Length + HttpDate.Length]];
    private long _dateUntil;
    private AccessLogWriter? _accessLog;

    private HttpLoop(EventLoop loop) => EventLoop = loop;

    public static HttpLoop Current
    {
        get
        {
            var current = _current;
            return current is not null ? current : Create();
        }
    }

    public EventLoop EventLoop { get; }

    public StringCache Strings { get; } = new();

    /// <summary>Responses under way that are compressed in pieces.</summary>
    public int OpenEncoders { get; set; }

    /// <summary>The status line of a 200 with the Date line behind it: the beginning of nearly every response, made once a second.</summary>
    public ReadOnlySpan<byte> OkAndDate
    {
        get
        {
            if (EventLoop.Now >= _dateUntil) Refresh();
            return _okAndDate;
        }
    }

    /// <summary>The line <c>Date: …</c> with its line end.</summary>
    public ReadOnlySpan<byte> DateLine => OkAndDate[StatusLine.For(HttpStatus.OK).Length..];

    public HttpRequest RentRequest()
    {
        if (!_requests.TryPop(out var request)) return new HttpRequest(this);
        request.LeavePool();
        return request;
    }

    /// <summary>Takes a request object back that has been reset, and that nobody uses.</summary>
    public void ReturnRequest(HttpRequest request)
    {
        request.EnterPool();
        if (_requests.Count < MaxKeptRequests) _requests.Push(request);
    }

    /// <summary>What serves a new connection.</summary>
    public Http1Connection RentConnection(HttpService service, Connection connection)
    {
        if (!_connections.TryPop(out var http)) return new Http1Connection(service, connection);
        http.Serve(service, connection);
        return http;
    }

    /// <summary>Takes an object back whose connection was given away, and whose request is over.</summary>
    public void ReturnConnection(Http1Connection http)
    {
        if (_connections.Count < MaxKeptConnections) _connections.Push(http);
    }

    /// <summary>What this loop writes the log with. The one that was used last is at hand; services of one loop that log to different places pay a look-up for each change.</summary>
    public AccessLogWriter AccessLogWriter(AccessLog log)
    {
        if (_accessLog?.Log != log) _accessLog = log.WriterOf(this);
        return _accessLog!;
    }

    private void Refresh()
    {
        var now = DateTimeOffset.UtcNow;
        _date.HeaderLine(now.UtcTicks).CopyTo(_okAndDate.AsSpan(StatusLine.For(HttpStatus.OK).Length));
        _dateUntil = Stopwatch.GetTimestamp() + (long)((1000 - now.Millisecond) * (Stopwatch.Frequency / 1000.0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HttpLoop Create()
        => _current = new HttpLoop(EventLoop.Current ?? throw new InvalidOperationException("HTTP is served on an event loop; this thread is none."));
}
