namespace Motet.Net;

/// <summary>What the bytes of a message are.</summary>
public enum MessageKind : byte
{
    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>Bytes of any meaning, as all of those are that come from a client without a protocol of messages.</summary>
    Binary,
}
