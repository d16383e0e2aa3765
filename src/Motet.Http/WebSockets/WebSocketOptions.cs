using Motet.Net;

namespace Motet.Http;

/// <summary>What a WebSocket may cost, and what is agreed on at its beginning. One object serves many.</summary>
public sealed record WebSocketOptions
{
    /// <summary>The defaults.</summary>
    public static WebSocketOptions Default { get; } = new();

    /// <summary>
    /// Bytes of the longest message that is taken, also after decompression. A longer one ends the connection with code 1009, at the header that announces it. Default 256 KiB: what a message of people or programs needs, held in memory until it is whole.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public int MaxMessageBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 256 * 1024;

    /// <summary>
    /// Fragments of one message that may be empty. More end the connection with code 1008. Default 64: honest peers send at most one, at the end; without a limit a message could go on for ever and never be too big.
    /// </summary>
    public int MaxEmptyFragments { get; init; } = 64;

    /// <summary>
    /// How long a message may take from its first byte until it is whole; <see cref="Timeout.InfiniteTimeSpan"/> for any time. A slower one ends the connection with code 1008 when something of it comes. Default 1 minute: the largest message then needs 35 kbit/s; without
    /// a limit a peer could have each of its connections hold such a message for ever.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan MessageTimeout
    {
        get;
        init
        {
            Client.CheckTimeout(value);
            field = value;
        }
    } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Pings and pongs that are taken in a second. More end the connection with code 1008. Default 1000: far above what any peer needs, those included that were not read from for a while, and little work.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public int MaxControlFramesPerSecond
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1000;

    /// <summary>
    /// Bytes that may wait for a peer that does not take them, before the next write that does not wait for it ends the connection. Default 4 MiB: sixteen messages of the largest size; a peer that is further behind does not catch up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public int MaxPendingBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 4 * 1024 * 1024;

    /// <summary>
    /// The time without a sign of life after which the handler is asked to ping, the initial value of <see cref="Client.Timeout"/>; <see cref="Timeout.InfiniteTimeSpan"/> for never. Default 40 s: below the minute after which many proxies forget a connection.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan PingInterval
    {
        get;
        init
        {
            Client.CheckTimeout(value);
            field = value;
        }
    } = TimeSpan.FromSeconds(40);

    /// <summary>How long anything may take to come behind a ping before the connection is given up. Default 20 s: longer than a mobile network needs to wake up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan PongTimeout
    {
        get;
        init
        {
            Client.CheckTimeout(value);
            field = value;
        }
    } = TimeSpan.FromSeconds(20);

    /// <summary>How long the peer may take to answer a close before the connection is ended without (RFC 6455 §7.1.1). Default 5 s: a peer that is there answers in a round trip.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan CloseTimeout
    {
        get;
        init
        {
            Client.CheckTimeout(value);
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>The sub-protocols that this side speaks (RFC 6455 §1.9), best first; a server takes the first that the client offers. Default none.</summary>
    public IReadOnlyList<string> SubProtocols { get; init; } = [];

    /// <summary>
    /// The origins whose pages may connect, as browsers write them (<c>https://example.org</c>); <c>*</c> for all. Default null: those of the same host and port as the request's Host. Others get 403, since a browser sends its cookies with a handshake from any page
    /// (RFC 6455 §10.2). Who sends no Origin is no browser, and is let in.
    /// </summary>
    public IReadOnlyList<string>? AllowedOrigins { get; init; }

    /// <summary>How messages are compressed when the peer can; null for not at all. Default null: it costs more time than everything else about a message, and memory while it works.</summary>
    public WebSocketCompression? Compression { get; init; }
}
