using Motet.Net;

namespace Motet.Http;

/// <summary>What follows from each violation.</summary>
internal static class WebSocketViolations
{
    /// <summary>The code to close with (RFC 6455 §7.4.1).</summary>
    public static CloseCode ToCode(this WebSocketViolation violation) => violation switch
    {
        WebSocketViolation.BadText or WebSocketViolation.BadCloseReason or WebSocketViolation.BadCompression => CloseCode.InvalidData,
        WebSocketViolation.MessageTooBig => CloseCode.MessageTooBig,
        WebSocketViolation.TooManyEmptyFragments or WebSocketViolation.MessageTooSlow or WebSocketViolation.TooManyControlFrames => CloseCode.PolicyViolation,
        _ => CloseCode.ProtocolError,
    };

    /// <summary>What the end of the connection is recorded as.</summary>
    public static CloseReason ToReason(this WebSocketViolation violation) => violation switch
    {
        WebSocketViolation.BadText => CloseReason.InvalidText,
        WebSocketViolation.MessageTooBig => CloseReason.MessageTooBig,
        WebSocketViolation.MessageTooSlow => CloseReason.ReadTimeout,
        _ => CloseReason.ProtocolError,
    };

    /// <summary>What the peer is told.</summary>
    public static string ToText(this WebSocketViolation violation) => violation switch
    {
        WebSocketViolation.ReservedBit => "A reserved bit is set.",
        WebSocketViolation.UnknownOpcode => "The opcode is reserved.",
        WebSocketViolation.NotMasked => "A client has to mask its frames.",
        WebSocketViolation.Masked => "A server must not mask its frames.",
        WebSocketViolation.FragmentedControl => "A control frame is fragmented.",
        WebSocketViolation.LongControl => "A control frame is longer than 125 bytes.",
        WebSocketViolation.LengthNotMinimal => "A length is in more bytes than it needs.",
        WebSocketViolation.LengthOutOfRange => "A length has its highest bit set.",
        WebSocketViolation.UnexpectedContinuation => "There is no message to continue.",
        WebSocketViolation.InterleavedMessage => "The message before has not ended.",
        WebSocketViolation.BadCloseLength => "A close has a payload of one byte.",
        WebSocketViolation.BadCloseCode => "A close has a code that must not be sent.",
        WebSocketViolation.BadCloseReason => "The reason of a close is not UTF-8.",
        WebSocketViolation.BadText => "A text is not UTF-8.",
        WebSocketViolation.MessageTooBig => "The message is too big.",
        WebSocketViolation.TooManyEmptyFragments => "A message has too many empty fragments.",
        WebSocketViolation.MessageTooSlow => "A message takes too long.",
        WebSocketViolation.TooManyControlFrames => "There are too many control frames.",
        WebSocketViolation.BadCompression => "A message does not decompress.",
        _ => "",
    };
}
