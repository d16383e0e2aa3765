namespace Motet.Polling;

/// <summary>
/// What an engine without edges remembers of one direction of one descriptor: whether it was reported, and when it is to be reported again if it was never seen
/// otherwise in between. poll(2) cannot tell "still ready" from "emptied and ready again", and leaving out the second would lose an event for good.
/// </summary>
internal struct EdgeMemory
{
    // Repeats without a pause: a loop under load is often ready again by its next wait, and must not pay for that. One that leaves its data alone gets past it in microseconds.
    private const int FreeRepeats = 16;

    // Pauses double up to this power of two, in milliseconds: the price of a repeat that nobody wanted against the latest moment at which a missed edge is made up for.
    private const int LongestPausePower = 6;

    private byte _repeats;
    private long _notBefore;

    /// <summary>True while the direction has been ready since it was reported, as far as seen.</summary>
    public bool IsReported { get; private set; }

    /// <summary>When the report may be repeated. Only while <see cref="IsReported"/>.</summary>
    public readonly long NotBefore => _notBefore;

    public readonly bool MayReport(long now) => !IsReported || _notBefore <= now;

    public void Report(long now, bool pauseAtOnce)
    {
        if (IsReported && _repeats < byte.MaxValue)
            _repeats++;
        IsReported = true;
        var power = pauseAtOnce ? _repeats : _repeats - FreeRepeats;
        _notBefore = power < 0 ? now : MonotonicTime.After(now, TimeSpan.FromMilliseconds(1 << Math.Min(power, LongestPausePower)));
    }
}
