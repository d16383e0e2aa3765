namespace Motet.Net;

/// <summary>
/// The least that a peer has to move while it is waited for. Each byte buys it time: a peer that has moved much may pause, one that trickles may not do so for longer than the grace period. Only waiting for the peer counts, never what this
/// side takes its time for.
/// </summary>
public sealed record MinDataRate
{
    /// <summary>Creates the rate.</summary>
    /// <param name="bytesPerSecond">Bytes a second.</param>
    /// <param name="gracePeriod">How long the peer may be slower.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not more than zero, or the grace period more than a day.</exception>
    public MinDataRate(double bytesPerSecond, TimeSpan gracePeriod)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(gracePeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(gracePeriod, TimeSpan.FromDays(1));
        BytesPerSecond = bytesPerSecond;
        GracePeriod = gracePeriod;
    }

    /// <summary>240 bytes a second after 5 s, as in Kestrel: the slowest modem is faster, and a client that is slower does it to hold the connection.</summary>
    public static MinDataRate Default { get; } = new(240, TimeSpan.FromSeconds(5));

    /// <summary>Bytes a second.</summary>
    public double BytesPerSecond { get; }

    /// <summary>How long the peer may be slower.</summary>
    public TimeSpan GracePeriod { get; }

    /// <summary>The time that is left to a peer after it has moved some bytes and was waited for.</summary>
    /// <param name="left">What was left to it before; <see cref="GracePeriod"/> at first.</param>
    /// <param name="bytes">What it has moved since.</param>
    /// <param name="waited">How long it was waited for.</param>
    /// <param name="most">What it can have at most, unless the grace period is longer: the longest pause that anything grants it.</param>
    /// <returns>Zero or less: it is too slow.</returns>
    public TimeSpan TimeLeft(TimeSpan left, long bytes, TimeSpan waited, TimeSpan most)
    {
        // A limit of a day keeps the sums far from overflow.
        var bought = TimeSpan.FromSeconds(Math.Min(bytes / BytesPerSecond, 86400));
        left += bought - waited;
        if (most < GracePeriod) most = GracePeriod;
        return left < most ? left : most;
    }
}
