using System.Buffers.Binary;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>A frame as it was sent: the first byte with its bits, and the payload, unmasked.</summary>
internal sealed record RawFrame(byte First, byte[] Payload)
{
    public const byte Final = 0x80;
    public const byte Compressed = 0x40;
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    public int Opcode => First & 0x0F;

    public bool IsFinal => (First & Final) != 0;

    public bool IsCompressed => (First & Compressed) != 0;

    public string PayloadText => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close; 1005 when there is none.</summary>
    public int CloseCode => Payload.Length == 0 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    /// <summary>A whole message of text from a client.</summary>
    public static byte[] Message(string text) => Bytes(Final | Text, Encoding.UTF8.GetBytes(text));

    /// <summary>A close from a client.</summary>
    public static byte[] CloseOf(int code, string reason = "") => Bytes(Final | Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>A frame, with a header of the least length; the key of a masked one is always the same.</summary>
    public static byte[] Bytes(int first, ReadOnlySpan<byte> payload, bool isMasked = true)
    {
        byte[] key = [0x37, 0xFA, 0x21, 0x3D];
        var bytes = new List<byte> { (byte)first };
        var mask = isMasked ? 0x80 : 0;
        if (payload.Length < 126)
        {
            bytes.Add((byte)(mask | payload.Length));
        }
        else if (payload.Length <= 0xFFFF)
        {
            bytes.AddRange([(byte)(mask | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            bytes.Add((byte)(mask | 127));
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            bytes.AddRange(length);
        }

        if (isMasked) bytes.AddRange(key);
        for (var i = 0; i < payload.Length; i++) bytes.Add(isMasked ? (byte)(payload[i] ^ key[i & 3]) : payload[i]);
        return [.. bytes];
    }
}
