using System.IO.Compression;

namespace Motet.Http;

/// <summary>How messages of a WebSocket are compressed (permessage-deflate, RFC 7692), when the peer can do that too.</summary>
/// <remarks>
/// Who can have own text in a compressed message beside a secret can guess the secret from its length (RFC 7692 §9, CRIME). A peer that asks for a smaller window than 32 KiB gets one: messages are then compressed in parts of that size.
/// </remarks>
public sealed record WebSocketCompression
{
    /// <summary>How hard to try. Default <see cref="CompressionLevel.Fastest"/>: messages are short and sent once, and a higher level wins a few percent for a multiple of the time.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    /// <summary>
    /// Messages with fewer bytes are sent as they are. Default 1024: a short message fits a packet either way, and a compressor that begins anew costs some 20 µs, whatever it compresses.
    /// </summary>
    public int MinBytes { get; init; } = 1024;

    /// <summary>
    /// Whether the server may refer to earlier messages of the connection. Default false: the state for it is some 230 KiB for each connection, and a message for many clients has to be compressed for each of them.
    /// </summary>
    public bool ServerContextTakeover { get; init; }

    /// <summary>Whether the client may refer to its earlier messages. Default false: the server then keeps some 50 KiB for each connection.</summary>
    public bool ClientContextTakeover { get; init; }
}
