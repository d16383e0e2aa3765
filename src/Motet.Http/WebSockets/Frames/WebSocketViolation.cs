namespace Motet.Http;

/// <summary>What a peer did that ends its WebSocket. The same value is the tag of the meter and the text of the close.</summary>
internal enum WebSocketViolation : byte
{
    None,

    /// <summary>A reserved bit is set that no extension gave a meaning, or in a frame that cannot have it (RFC 6455 §5.2, RFC 7692 §6).</summary>
    ReservedBit,

    /// <summary>An opcode that is reserved (RFC 6455 §5.2).</summary>
    UnknownOpcode,

    /// <summary>A server got a frame that is not masked (RFC 6455 §5.1).</summary>
    NotMasked,

    /// <summary>A client got a frame that is masked (RFC 6455 §5.1).</summary>
    Masked,

    /// <summary>A control frame in fragments (RFC 6455 §5.5).</summary>
    FragmentedControl,

    /// <summary>A control frame of more than 125 bytes (RFC 6455 §5.5).</summary>
    LongControl,

    /// <summary>A length in more bytes than it needs (RFC 6455 §5.2).</summary>
    LengthNotMinimal,

    /// <summary>A length with its highest bit set (RFC 6455 §5.2).</summary>
    LengthOutOfRange,

    /// <summary>A continuation of nothing (RFC 6455 §5.4).</summary>
    UnexpectedContinuation,

    /// <summary>A message began before the one in front of it had ended (RFC 6455 §5.4).</summary>
    InterleavedMessage,

    /// <summary>A close whose payload is a single byte (RFC 6455 §5.5.1).</summary>
    BadCloseLength,

    /// <summary>A close with a code that must not be sent, or that nobody defined (RFC 6455 §7.4).</summary>
    BadCloseCode,

    /// <summary>The reason of a close is not UTF-8 (RFC 6455 §8.1).</summary>
    BadCloseReason,

    /// <summary>A text that is not UTF-8 (RFC 6455 §8.1).</summary>
    BadText,

    /// <summary>A message longer than <see cref="WebSocketOptions.MaxMessageBytes"/>.</summary>
    MessageTooBig,

    /// <summary>A message with more empty fragments than <see cref="WebSocketOptions.MaxEmptyFragments"/>.</summary>
    TooManyEmptyFragments,

    /// <summary>A message that was not whole after <see cref="WebSocketOptions.MessageTimeout"/>.</summary>
    MessageTooSlow,

    /// <summary>More than <see cref="WebSocketOptions.MaxControlFramesPerSecond"/>.</summary>
    TooManyControlFrames,

    /// <summary>A compressed message that does not decompress (RFC 7692 §7.2.2).</summary>
    BadCompression,
}
