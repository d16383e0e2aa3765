namespace Motet.Net;

/// <summary>The codes with which one side of a WebSocket tells the other why it closes (RFC 6455 §7.4.1, and the registry it founded). 3000 to 4999 belong to libraries and applications: cast the number.</summary>
public enum CloseCode : ushort
{
    /// <summary>None: the protocol has no codes, or the client is open. Never sent.</summary>
    None = 0,

    /// <summary>The purpose is fulfilled.</summary>
    Normal = 1000,

    /// <summary>The server stops, or the page is left.</summary>
    GoingAway = 1001,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 1002,

    /// <summary>The peer sent a kind of message that this side does not take.</summary>
    UnsupportedData = 1003,

    /// <summary>The peer closed without a code. Never sent.</summary>
    NoStatus = 1005,

    /// <summary>The connection ended without a close. Never sent.</summary>
    Abnormal = 1006,

    /// <summary>Text that is not UTF-8, or compressed data that is none.</summary>
    InvalidData = 1007,

    /// <summary>The message violates a policy that no other code names.</summary>
    PolicyViolation = 1008,

    /// <summary>The message is larger than this side takes.</summary>
    MessageTooBig = 1009,

    /// <summary>The server did not agree to an extension that the client needs.</summary>
    ExtensionMissing = 1010,

    /// <summary>Something unexpected keeps this side from going on.</summary>
    InternalError = 1011,

    /// <summary>The server restarts; come back after a while.</summary>
    ServiceRestart = 1012,

    /// <summary>The server has too much to do; come back later.</summary>
    TryAgainLater = 1013,

    /// <summary>A gateway got an invalid answer from the server behind it.</summary>
    BadGateway = 1014,
}
