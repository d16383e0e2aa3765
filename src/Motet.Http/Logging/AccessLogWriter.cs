using System.Diagnostics;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>The part of an <see cref="AccessLog"/> that is one loop's: lines are put into a page here without a lock, and the page handed over when it is full or a little old.</summary>
internal sealed class AccessLogWriter(AccessLog log, EventLoop loop) : ITimerHandler
{
    // A person who watches does not notice the delay; under load it makes hundreds of lines one write.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(100);

    // No status of HTTP: what nginx logs for a client that did not wait for its answer, and tools know.
    private const HttpStatus ClientClosedRequest = (HttpStatus)499;

    private readonly AccessLogTime _time = new();
    private AccessLogPage? _page;
    private bool _hasTimer;

    public AccessLog Log => log;

    public EventLoop Loop => loop;

    /// <summary>Logs a request that has completed. Loop thread; never waits, allocates nothing.</summary>
    public void Write(HttpRequest request, ReadOnlySpan<byte> peer)
    {
        if (!TryMakeRoom()) return;
        var now = Stopwatch.GetTimestamp();
        var line = new AccessLogLine(_page!.Room);
        WriteStart(ref line, peer, now);
        line.WriteQuoted(request.RequestLine, request.Head.MinorVersion == 0 ? " HTTP/1.0"u8 : " HTTP/1.1"u8);
        line.WriteOutcome(request.ResponseStatus == 0 ? ClientClosedRequest : request.ResponseStatus, request.BodyBytesSent);
        if (log.Format == AccessLogFormat.Combined)
        {
            line.WriteHeader(request.Headers.GetBytes("Referer"u8));
            line.WriteHeader(request.Headers.GetBytes("User-Agent"u8));
        }

        line.WriteDuration(now - request.StartedAt);
        _page.Advance(line.Length);
    }

    /// <summary>Logs bytes that were no request.</summary>
    public void WriteRejected(HttpStatus status, ReadOnlySpan<byte> peer)
    {
        if (!TryMakeRoom()) return;
        var line = new AccessLogLine(_page!.Room);
        WriteStart(ref line, peer, Stopwatch.GetTimestamp());
        line.WriteQuoted("-"u8, default);
        line.WriteOutcome(status, 0);
        if (log.Format == AccessLogFormat.Combined)
        {
            line.WriteHeader(default);
            line.WriteHeader(default);
        }

        line.WriteDuration(0);
        _page.Advance(line.Length);
    }

    /// <summary>Gives the page to the log's thread. Loop thread, or another once the loop has ended.</summary>
    public void HandOver()
    {
        if (_page is null) return;
        log.Submit(_page);
        _page = null;
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        _hasTimer = false;
        HandOver();
    }

    private void WriteStart(ref AccessLogLine line, ReadOnlySpan<byte> peer, long now)
    {
        line.Write(peer);
        line.Write(" - - "u8);
        line.Write(_time.Get(now));
    }

    private bool TryMakeRoom()
    {
        if (_page is not null && _page.Room.Length < AccessLogLine.MaxBytes) HandOver();
        if (_page is not null) return true;
        _page = log.TryRentPage();
        if (_page is null)
        {
            log.CountUnwritten();
            return false;
        }

        // A request may outlive its loop; the end of the log takes its page.
        if (!_hasTimer && loop.IsCurrent)
        {
            _hasTimer = true;
            loop.SetTimer(MaxDelay, this);
        }

        return true;
    }
}
