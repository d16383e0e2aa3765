namespace Motet.Net;

/// <summary>Why a connection ended. Each connection ends with exactly one of these: it is told to the handler and counted in the metrics.</summary>
public enum CloseReason : byte
{
    /// <summary>The connection is open.</summary>
    None,

    /// <summary>The peer finished sending and this side had nothing more to do.</summary>
    PeerClosed,

    /// <summary>The peer reset the connection, or the network lost it.</summary>
    PeerReset,

    /// <summary>This side closed after everything written was handed to the kernel.</summary>
    Closed,

    /// <summary>This side gave the connection up without waiting for what was still to be sent.</summary>
    Aborted,

    /// <summary>Nothing happened for longer than the protocol allows an idle connection to stay.</summary>
    IdleTimeout,

    /// <summary>The peer began something (a message, a request head) and did not finish it in time.</summary>
    ReadTimeout,

    /// <summary>The peer took no bytes for <see cref="ConnectionOptions.WriteTimeout"/> while some waited for it.</summary>
    WriteTimeout,

    /// <summary>What the peer sent breaks the protocol.</summary>
    ProtocolError,

    /// <summary>A single unit of the protocol outgrew <see cref="ConnectionOptions.MaxUnconsumedBytes"/>.</summary>
    InputOverflow,

    /// <summary>More than <see cref="ConnectionOptions.MaxPendingBytes"/> waited to be sent.</summary>
    OutputOverflow,

    /// <summary>The server was at its limit of connections or descriptors.</summary>
    Overloaded,

    /// <summary>The server, or the event loop, is stopping.</summary>
    Shutdown,

    /// <summary>The code that served the connection threw.</summary>
    HandlerFailed,

    /// <summary>The peer took bytes that waited for it more slowly than <see cref="ConnectionOptions.MinWriteRate"/>.</summary>
    WriteTooSlow,

    /// <summary>The connection could not be established.</summary>
    ConnectFailed,

    /// <summary>Another handler serves the client now; told to the one before, for which the client has ended.</summary>
    HandlerReplaced,

    /// <summary>The peer gave no sign of life when it was asked for one.</summary>
    PingTimeout,

    /// <summary>The peer took what was published for it more slowly than it came, and its policy is to close then.</summary>
    SlowConsumer,

    /// <summary>A message was larger than the protocol's options allow.</summary>
    MessageTooBig,

    /// <summary>A message of text was not UTF-8.</summary>
    InvalidText,
}
