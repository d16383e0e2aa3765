using System.Buffers.Binary;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>A frame as it is put on the wire, with every field to get wrong (RFC 6455 §5.2).</summary>
internal sealed record AttackFrame(int Opcode, byte[] Payload)
{
    // The key of the examples in RFC 6455 §5.7.
    private const uint ExampleKey = 0x37FA213D;

    public bool IsFinal { get; init; } = true;

    /// <summary>RSV1 is 4, RSV2 is 2, RSV3 is 1.</summary>
    public int Reserved { get; init; }

    /// <summary>Masked by a server, or not masked by a client.</summary>
    public bool HasWrongMask { get; init; }

    public uint Key { get; init; } = ExampleKey;

    /// <summary>Bytes of the extended length: 0, 2 or 8; as few as it takes when null.</summary>
    public int? LengthBytes { get; init; }

    /// <summary>The length in the header; that of the payload when null.</summary>
    public ulong? Announced { get; init; }

    /// <summary>So many bytes of the frame are sent; all when null.</summary>
    public int? Sent { get; init; }

    public static AttackFrame Text(string text) => new(1, Encoding.UTF8.GetBytes(text));

    /// <param name="bytes">One character for each byte.</param>
    public static AttackFrame RawText(string bytes) => new(1, Encoding.Latin1.GetBytes(bytes));

    public static AttackFrame Binary(string bytes) => new(2, Encoding.Latin1.GetBytes(bytes));

    public static AttackFrame Continue(string bytes) => new(0, Encoding.Latin1.GetBytes(bytes));

    public static AttackFrame Ping(string bytes) => new(9, Encoding.Latin1.GetBytes(bytes));

    public static AttackFrame Pong(string bytes) => new(10, Encoding.Latin1.GetBytes(bytes));

    public static AttackFrame Close() => new(8, []);

    public static AttackFrame Close(int code, string reason = "") => new(8, [(byte)(code >> 8), (byte)code, .. Encoding.Latin1.GetBytes(reason)]);

    /// <summary>A fragment that others follow.</summary>
    public AttackFrame More => this with { IsFinal = false };

    public byte[] Encode(bool isFromClient)
    {
        var isMasked = isFromClient != HasWrongMask;
        var length = Announced ?? (ulong)Payload.Length;
        var lengthBytes = LengthBytes ?? (length < 126 ? 0 : length <= ushort.MaxValue ? 2 : 8);
        var short7 = lengthBytes switch { 0 => (int)length, 2 => 126, _ => 127 };
        var frame = new List<byte> { (byte)((IsFinal ? 0x80 : 0) | (Reserved << 4) | Opcode), (byte)((isMasked ? 0x80 : 0) | short7) };
        Span<byte> extended = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(extended, length);
        frame.AddRange(extended[(8 - lengthBytes)..]);
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, Key);
        if (isMasked) frame.AddRange(key);
        for (var i = 0; i < Payload.Length; i++) frame.Add((byte)(Payload[i] ^ (isMasked ? key[i % 4] : 0)));
        return [.. frame.Take(Sent ?? frame.Count)];
    }
}
