namespace Motet.Http;

/// <summary>Why a handshake is refused (RFC 6455 §4.2.1).</summary>
internal enum WebSocketRefusal : byte
{
    None,

    /// <summary>The method is not GET.</summary>
    NotGet,

    /// <summary>The request does not ask for a WebSocket: no Upgrade with <c>websocket</c> that Connection announces, or HTTP/1.0.</summary>
    NoUpgrade,

    /// <summary>The version is not 13.</summary>
    OtherVersion,

    /// <summary>There is no Sec-WebSocket-Key, or more than one.</summary>
    NoKey,

    /// <summary>Sec-WebSocket-Key is not the Base64 of 16 bytes.</summary>
    BadKey,

    /// <summary>Sec-WebSocket-Protocol is no list of different tokens.</summary>
    BadSubProtocols,

    /// <summary>Sec-WebSocket-Extensions is malformed (RFC 6455 §9.1).</summary>
    BadExtensions,

    /// <summary>The request has a body.</summary>
    HasBody,

    /// <summary>The page that wants to connect is not one of <see cref="WebSocketOptions.AllowedOrigins"/>.</summary>
    Origin,
}
