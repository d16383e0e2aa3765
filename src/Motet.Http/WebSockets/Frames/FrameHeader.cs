using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Motet.Http;

/// <summary>The header of a frame (RFC 6455 §5.2), read and written.</summary>
internal readonly struct FrameHeader
{
    /// <summary>Two bytes, a length of eight, a key of four.</summary>
    public const int MaxLength = 14;

    /// <summary>RFC 6455 §5.5: the most that a control frame carries.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>Bit of the first byte: the last, or only, frame of a message.</summary>
    public const byte Final = 0x80;

    /// <summary>Bit of the first byte: the message is compressed (RFC 7692 §6).</summary>
    public const byte Compressed = 0x40;

    private const byte OtherReservedBits = 0x30;
    private const byte MaskBit = 0x80;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    // Text, Binary, Continuation, Close, Ping, Pong as bits.
    private const int KnownOpcodes = 0x0707;

    private readonly byte _first;

    private FrameHeader(byte first, ulong payloadLength, uint key)
    {
        _first = first;
        PayloadLength = payloadLength;
        Key = key;
    }

    public Opcode Opcode => (Opcode)(_first & 0x0F);

    public bool IsFinal => (_first & Final) != 0;

    public bool IsCompressed => (_first & Compressed) != 0;

    public bool IsControl => (_first & 0x08) != 0;

    /// <summary>At most <see cref="long.MaxValue"/>; for a control frame at most <see cref="MaxControlPayload"/>.</summary>
    public ulong PayloadLength { get; }

    /// <summary>What the payload is masked with, for <see cref="FrameMask"/>; 0 when it is not.</summary>
    public uint Key { get; }

    /// <summary>
    /// Reads a header. Each byte is judged as soon as it is there, so the verdict does not depend on how many have arrived.
    /// </summary>
    /// <param name="bytes">What has arrived, from the header's first byte on.</param>
    /// <param name="rules">What is allowed now.</param>
    /// <param name="header">The header, when it is whole.</param>
    /// <returns>The bytes of the header; 0 when more are needed; the negative of a <see cref="WebSocketViolation"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Parse(ReadOnlySpan<byte> bytes, FrameRules rules, out FrameHeader header)
    {
        // What nearly all frames are to a server: whole, uncompressed, short, masked, data.
        if (bytes.Length >= 6 && (bytes[0] is (Final | (byte)Opcode.Text) or (Final | (byte)Opcode.Binary)) && (uint)(bytes[1] - MaskBit) < Length16 && (rules & (FrameRules.Masked | FrameRules.InMessage)) == FrameRules.Masked)
        {
            header = new FrameHeader(bytes[0], (ulong)(bytes[1] & 0x7F), MemoryMarshal.Read<uint>(bytes[2..]));
            return 6;
        }

        return ParseAny(bytes, rules, out header);
    }

    /// <summary>Writes a header.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="first">Opcode and bits of the first byte.</param>
    /// <param name="payloadLength">The length of the payload.</param>
    /// <param name="isMasked">Whether the payload is masked, as a client's is.</param>
    /// <param name="key">The key, when it is.</param>
    /// <returns>The bytes of the header.</returns>
    public static int Write(Span<byte> destination, byte first, int payloadLength, bool isMasked = false, uint key = 0)
    {
        destination[0] = first;
        var mask = isMasked ? MaskBit : (byte)0;
        int length;
        if (payloadLength < Length16)
        {
            destination[1] = (byte)(mask | payloadLength);
            length = 2;
        }
        else if (payloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
            length = 4;
        }
        else
        {
            destination[1] = (byte)(mask | Length64);
            BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
            length = 10;
        }

        if (!isMasked) return length;
        MemoryMarshal.Write(destination[length..], key);
        return length + sizeof(uint);
    }

    private static int ParseAny(ReadOnlySpan<byte> bytes, FrameRules rules, out FrameHeader header)
    {
        header = default;
        if (bytes.IsEmpty) return 0;
        var violation = JudgeFirst(bytes[0], rules);
        if (violation != WebSocketViolation.None) return -(int)violation;
        if (bytes.Length < 2) return 0;

        var isMasked = (rules & FrameRules.Masked) != 0;
        if ((bytes[1] & MaskBit) != 0 != isMasked) return -(int)(isMasked ? WebSocketViolation.NotMasked : WebSocketViolation.Masked);
        var length = bytes[1] & ~MaskBit;
        if (length > MaxControlPayload && (bytes[0] & 0x08) != 0) return -(int)WebSocketViolation.LongControl;

        var position = length switch { Length16 => 4, Length64 => 10, _ => 2 };
        var payload = (ulong)length;
        if (position > 2)
        {
            violation = JudgeLength(bytes[2..Math.Min(position, bytes.Length)], position - 2);
            if (violation != WebSocketViolation.None) return -(int)violation;
            if (bytes.Length < position) return 0;
            payload = length == Length16 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        }

        if (!isMasked)
        {
            header = new FrameHeader(bytes[0], payload, key: 0);
            return position;
        }

        if (bytes.Length < position + sizeof(uint)) return 0;
        header = new FrameHeader(bytes[0], payload, MemoryMarshal.Read<uint>(bytes[position..]));
        return position + sizeof(uint);
    }

    private static WebSocketViolation JudgeFirst(byte first, FrameRules rules)
    {
        var opcode = first & 0x0F;
        if ((KnownOpcodes >> opcode & 1) == 0) return WebSocketViolation.UnknownOpcode;

        // RFC 7692 §6.1: the bit is for the first frame of a message, and never for a control frame.
        if ((first & OtherReservedBits) != 0) return WebSocketViolation.ReservedBit;
        if ((first & Compressed) != 0 && ((rules & FrameRules.Compression) == 0 || opcode is not ((int)Opcode.Text or (int)Opcode.Binary))) return WebSocketViolation.ReservedBit;

        if ((opcode & 0x08) != 0) return (first & Final) == 0 ? WebSocketViolation.FragmentedControl : WebSocketViolation.None;
        var continues = opcode == (int)Opcode.Continuation;
        if (continues == ((rules & FrameRules.InMessage) != 0)) return WebSocketViolation.None;
        return continues ? WebSocketViolation.UnexpectedContinuation : WebSocketViolation.InterleavedMessage;
    }

    /// <summary>RFC 6455 §5.2: the fewest bytes, the highest bit clear. Judged by what has arrived of a length of two or eight bytes.</summary>
    private static WebSocketViolation JudgeLength(ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.IsEmpty) return WebSocketViolation.None;
        if (length == 2) return bytes.Length == 2 && BinaryPrimitives.ReadUInt16BigEndian(bytes) < Length16 ? WebSocketViolation.LengthNotMinimal : WebSocketViolation.None;
        if ((bytes[0] & 0x80) != 0) return WebSocketViolation.LengthOutOfRange;
        return bytes.Length >= 6 && !bytes[..6].ContainsAnyExcept((byte)0) ? WebSocketViolation.LengthNotMinimal : WebSocketViolation.None;
    }
}
