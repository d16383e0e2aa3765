using System.Buffers.Binary;
using System.Text.Unicode;

namespace Motet.Http;

/// <summary>The payload of a close frame: nothing, or a code and perhaps a reason (RFC 6455 §5.5.1).</summary>
internal static class ClosePayload
{
    /// <summary>The most bytes of a reason.</summary>
    public const int MaxReasonBytes = FrameHeader.MaxControlPayload - sizeof(ushort);

    // RFC 6455 §7.4.1: no code was sent.
    private const ushort NoStatus = 1005;

    /// <summary>Reads a payload.</summary>
    /// <param name="payload">The payload, not masked.</param>
    /// <param name="code">The code; 1005 when there is none.</param>
    /// <param name="reason">The reason in UTF-8.</param>
    public static WebSocketViolation Parse(ReadOnlySpan<byte> payload, out ushort code, out ReadOnlySpan<byte> reason)
    {
        code = NoStatus;
        reason = default;
        if (payload.IsEmpty) return WebSocketViolation.None;
        if (payload.Length == 1) return WebSocketViolation.BadCloseLength;
        var sent = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!IsForTheWire(sent)) return WebSocketViolation.BadCloseCode;
        if (!Utf8.IsValid(payload[2..])) return WebSocketViolation.BadCloseReason;
        code = sent;
        reason = payload[2..];
        return WebSocketViolation.None;
    }

    /// <summary>
    /// Writes a payload.
    /// </summary>
    /// <param name="destination">At least <see cref="FrameHeader.MaxControlPayload"/> bytes.</param>
    /// <param name="code">The code; one that is not for the wire stands for none.</param>
    /// <param name="reason">The reason; cut between two characters when it is too long.</param>
    /// <returns>The bytes of the payload.</returns>
    public static int Write(Span<byte> destination, ushort code, ReadOnlySpan<char> reason)
    {
        if (!IsForTheWire(code)) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, code);
        Utf8.FromUtf16(reason, destination.Slice(sizeof(ushort), MaxReasonBytes), out _, out var written);
        return sizeof(ushort) + written;
    }

    /// <summary>
    /// Whether a code may be in a close frame: those of RFC 6455 §7.4.1 and of its registry (1012 to 1014), and those for libraries and programs (§7.4.2). Not 1004, 1005, 1006 and 1015, which say that none was sent.
    /// </summary>
    public static bool IsForTheWire(ushort code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
