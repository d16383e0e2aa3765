namespace Motet.Http;

/// <summary>Why a server's answer to a WebSocket's handshake was not taken (RFC 6455 §4.1).</summary>
public enum WebSocketHandshakeError : byte
{
    /// <summary>The server closed the connection before its answer was whole.</summary>
    Ended,

    /// <summary>What came is not the head of an HTTP/1.1 response, or is larger than what is read of one.</summary>
    BadResponse,

    /// <summary>The server answered with another status than 101; <see cref="WebSocketHandshakeException.Status"/> has it.</summary>
    Refused,

    /// <summary>The server switches to something else: <c>Upgrade</c> is not <c>websocket</c>, or <c>Connection</c> does not have <c>Upgrade</c>.</summary>
    NoUpgrade,

    /// <summary><c>Sec-WebSocket-Accept</c> is not the answer to the key: who wrote it knows nothing of WebSocket, or of this request.</summary>
    BadAccept,

    /// <summary>The server chose a sub-protocol that was not offered.</summary>
    UnaskedSubProtocol,

    /// <summary>The server uses an extension that was not offered, or not as it was.</summary>
    UnaskedExtension,
}
