using System.Diagnostics;

namespace Motet.Net;

/// <summary>How a peer takes output that waits for it, as the kernel sees it acknowledged. Made when output has to wait for the first time: most connections never need it.</summary>
internal sealed class WritePace
{
    private bool _isRunning;
    private long _sent;
    private int _unacknowledged;
    private long _checkedAt;
    private long _tookAt;
    private TimeSpan _left;

    /// <summary>Counts bytes that the kernel took.</summary>
    public void NoteSent(long count) => _sent += count;

    /// <summary>Nothing waits any more.</summary>
    public void Stop() => _isRunning = false;

    /// <summary>Looks at what the peer has taken since the last time, or begins to look.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="unacknowledged">The bytes in the kernel that the peer has not acknowledged.</param>
    /// <param name="now">The time of the loop.</param>
    /// <param name="next">When to look again, if the peer may go on.</param>
    /// <returns>Why the connection ends, or <see cref="CloseReason.None"/>.</returns>
    public CloseReason Check(ConnectionOptions options, int unacknowledged, long now, out TimeSpan next)
    {
        var rate = options.MinWriteRate;
        var timeout = options.WriteTimeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : options.WriteTimeout;
        if (!_isRunning)
        {
            _isRunning = true;
            _tookAt = now;
            _left = rate?.GracePeriod ?? default;
        }
        else
        {
            // The bytes that left the kernel's buffer: those that were in it, and those that came in since, but for those that are.
            var taken = Math.Max(_unacknowledged + _sent - unacknowledged, 0);
            if (taken > 0) _tookAt = now;
            if (rate is not null) _left = rate.TimeLeft(_left, taken, Stopwatch.GetElapsedTime(_checkedAt, now), timeout);
        }

        _sent = 0;
        _unacknowledged = unacknowledged;
        _checkedAt = now;
        next = timeout == TimeSpan.MaxValue ? timeout : timeout - Stopwatch.GetElapsedTime(_tookAt, now);
        if (next <= TimeSpan.Zero) return CloseReason.WriteTimeout;
        if (rate is null) return CloseReason.None;
        if (_left <= TimeSpan.Zero) return CloseReason.WriteTooSlow;

        // Not more often than once a second, or a peer that is just fast enough would be looked at all the time.
        var pause = TimeSpan.FromSeconds(Math.Min(1, rate.GracePeriod.TotalSeconds));
        var due = _left > pause ? _left : pause;
        if (due < next) next = due;
        return CloseReason.None;
    }
}
