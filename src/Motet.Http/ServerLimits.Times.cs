using Motet.Net;

namespace Motet.Http;

/// <summary>Time.</summary>
public sealed partial class ServerLimits
{
    // A wait longer than a day is a wait without end, which no connection should have.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a client may take from the first byte of a request's head to its last; a slower one is answered with 408. Default 10 s: a head is one or two packets,
    /// and a client that sends it byte by byte does so to hold the connection.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    public TimeSpan HeadTimeout { get; init => field = Check(value); } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection may stay idle between requests; then it is closed without an answer. Default 75 s, as in nginx: longer than the 60 s that browsers and load balancers
    /// commonly keep, so that it is mostly they who close and no request crosses the close.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    public TimeSpan KeepAliveTimeout { get; init => field = Check(value); } = TimeSpan.FromSeconds(75);

    /// <summary>How long a handler waits for the next bytes of a body; then the request is answered with 408. Default 30 s: longer than any retransmission of a path that is still alive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    public TimeSpan BodyTimeout { get; init => field = Check(value); } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How fast a body has to arrive while a handler waits for it; a slower one is answered with 408. Null for no limit; <see cref="RequestBody.MinRate"/> for one request. Default <see cref="MinDataRate.Default"/>, 240 bytes a second
    /// after 5 s, as in Kestrel: without it a byte each <see cref="BodyTimeout"/> would hold a handler for years.
    /// </summary>
    public MinDataRate? MinBodyRate { get; init; } = MinDataRate.Default;

    /// <summary>How long a client may take nothing of what waits to be sent to it; then the connection is reset. Default: <see cref="ConnectionOptions.WriteTimeout"/>, 30 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    public TimeSpan ResponseTimeout { get; init => field = Check(value); } = ConnectionOptions.Default.WriteTimeout;

    /// <summary>
    /// How fast a client has to take what waits to be sent to it, as far as the kernel knows; with a slower one the connection is reset. Null for no limit. Default <see cref="ConnectionOptions.MinWriteRate"/>, 240 bytes a second after 5 s, as in Kestrel:
    /// a client that takes an answer byte by byte does so to hold it.
    /// </summary>
    public MinDataRate? MinResponseRate { get; init; } = ConnectionOptions.Default.MinWriteRate;

    /// <summary>How long a connection that is closed under a client that may still be sending is drained; see <see cref="ConnectionOptions.LingerTimeout"/>. Default 2 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    public TimeSpan LingerTimeout { get; init => field = Check(value); } = ConnectionOptions.Default.LingerTimeout;

    internal static TimeSpan Check(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestTime);
        return value;
    }
}
