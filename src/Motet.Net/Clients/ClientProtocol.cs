namespace Motet.Net;

/// <summary>How a <see cref="Client"/> is spoken to.</summary>
public enum ClientProtocol : byte
{
    /// <summary>Bytes on a connection, TCP or a Unix socket; a message is what arrived together.</summary>
    Raw,

    /// <summary>WebSocket (RFC 6455).</summary>
    WebSocket,

    /// <summary>Server-sent events: messages to the client only.</summary>
    EventStream,
}
