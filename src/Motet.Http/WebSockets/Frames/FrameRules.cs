namespace Motet.Http;

/// <summary>What the next frame's header may look like.</summary>
[Flags]
internal enum FrameRules : byte
{
    None = 0,

    /// <summary>This side is a server: frames have to be masked, instead of must not be (RFC 6455 §5.1).</summary>
    Masked = 1 << 0,

    /// <summary>Messages may be compressed (RFC 7692 §6).</summary>
    Compression = 1 << 1,

    /// <summary>A message has begun: the next data frame continues it (RFC 6455 §5.4).</summary>
    InMessage = 1 << 2,
}
