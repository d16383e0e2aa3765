namespace Motet.Polling;

/// <summary>
/// What an engine without edges remembers of one direction of one descriptor: whether it was reported, and when it is to be reported again if it was never seen
/// otherwise in between. poll(2) cannot tell "still ready" from "emptied and ready again", and leaving out the second would lose an event for good.
/// </summary>
internal struct EdgeMemory
{
    // Reads are repeated without a pause at first: a loop under load is often readable again by its next wait, never having been seen empty, and must not pay for
    // that. One that leaves its data alone gets past this in microseconds, and is then asked again each millisecond.
    private const int FreeRepeats = 16;

    // Sockets are nearly always writable, so pauses between repeats double up to this power of two, in milliseconds. It is also the longest that a writer waits whose
    // socket became full and empty again between two waits.
    private const int LongestPausePower = 6;

    private byte _repeats;
    private long _notBefore;

    /// <summary>True while the direction has been ready since it was reported, as far as seen.</summary>
    public bool IsReported { get; private set; }

    /// <summary>When the report may be repeated. Only while <see cref="IsReported"/>.</summary>
    public readonly long NotBefore => _notBefore;

    public readonly bool MayReport(long now) => !IsReported || _notBefore <= now;

    public void Report(long now, bool isRead)
    {
        if (IsReported && _repeats < byte.MaxValue)
            _repeats++;
        IsReported = true;
        _notBefore = now;
        if (!isRead)
            _notBefore = MonotonicTime.After(now, TimeSpan.FromMilliseconds(1 << Math.Min((int)_repeats, LongestPausePower)));
        else if (_repeats >= FreeRepeats)
            _notBefore = MonotonicTime.After(now, TimeSpan.FromMilliseconds(1));
    }
}
