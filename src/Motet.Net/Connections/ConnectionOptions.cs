namespace Motet.Net;

/// <summary>The limits of a connection's buffers and waits. One object serves many connections and must not change once in use.</summary>
public sealed class ConnectionOptions
{
    /// <summary>The defaults.</summary>
    public static ConnectionOptions Default { get; } = new();

    /// <summary>
    /// Bytes that may wait to be sent before <see cref="Connection.WriteAsync"/> waits. Default 64 KiB: more than one congestion window of most paths,
    /// so that the kernel never runs dry while the writer is woken, and little enough for thousands of slow readers.
    /// </summary>
    public int HighWatermark { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes that may wait to be sent at all; <see cref="Connection.Write"/>, which does not wait, ends the connection with <see cref="CloseReason.OutputOverflow"/> beyond it. The rest of
    /// an asynchronous write counts from the moment when something is written behind it.
    /// Default 8 MiB: no single reader that stalls may cost more.
    /// </summary>
    public int MaxPendingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// A handler that leaves so many bytes unconsumed, and waits for more, ends the connection with <see cref="CloseReason.InputOverflow"/>: no unit of its protocol may be longer.
    /// Default 64 KiB: the size of one read, and twice the longest request head that is accepted.
    /// </summary>
    public int MaxUnconsumedBytes { get; init; } = 64 * 1024;

    /// <summary>How long a peer may take no byte at all while some wait for it; <see cref="Timeout.InfiniteTimeSpan"/> for no limit. Default 30 s: longer than any retransmission of a path that is still alive.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How fast a peer has to take what waits for it, measured on what it has acknowledged; null for no limit. Default <see cref="MinDataRate.Default"/>: beside <see cref="WriteTimeout"/>, which a peer that takes a byte now and then never meets.
    /// </summary>
    public MinDataRate? MinWriteRate { get; init; } = MinDataRate.Default;

    /// <summary>
    /// How long <see cref="Connection.CloseLingering"/> reads and drops what the peer still sends. Default 2 s: closing at once would reset the connection and
    /// could destroy the answer before the peer has read it (RFC 9112 §9.6).
    /// </summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes that <see cref="Connection.CloseLingering"/> drops at most. Default 1 MiB: what a fast peer has in flight when the answer reaches it.</summary>
    public int MaxLingerBytes { get; init; } = 1024 * 1024;
}
