using Motet.Net;

namespace Motet.Http;

/// <summary>How an <see cref="EventStream"/> is served. One object serves many.</summary>
public sealed record EventStreamOptions
{
    /// <summary>The defaults.</summary>
    public static EventStreamOptions Default { get; } = new();

    /// <summary>
    /// What <see cref="Client.Timeout"/> is at first: when so long nothing was sent, a comment is, which keeps the stream open on its way and finds out a client that is gone; <see cref="Timeout.InfiniteTimeSpan"/> for none. Default 40 s, as in iodine: proxies give a
    /// silent response up after a minute.
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

    /// <summary>How long a client is to wait before it connects again when it has lost the stream, sent at the beginning; null leaves it to the client (browsers take 3 to 5 s). Default null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan? Retry
    {
        get;
        init
        {
            if (value is { } retry) ArgumentOutOfRangeException.ThrowIfNegative(retry.Ticks, nameof(value));
            field = value;
        }
    }

    /// <summary>
    /// What a client may send behind its request, which is dropped: it has nothing to say any more. One that sends more is closed (<see cref="CloseReason.ProtocolError"/>). Default 16 KiB: room for a request or two that a client has sent too early.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxInputBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 16 * 1024;
}
