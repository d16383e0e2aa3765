using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>Reads what a peer under test sends, strictly, and says it in words: <c>text "abc"</c>, <c>binary "\x01"</c>, <c>pong ""</c>, <c>close 1002</c>, <c>close none</c>.</summary>
internal static class FrameReader
{
    // Longer payloads are told by their length and sum.
    private const int MaxShown = 48;

    public static string Describe(string kind, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxShown) return $"{kind} of {payload.Length} bytes, sum {Sum(payload)}";
        var text = new StringBuilder(kind).Append(" \"");
        foreach (var b in payload)
        {
            if (b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\') text.Append((char)b);
            else text.Append($"\\x{b:X2}");
        }

        return text.Append('"').ToString();
    }

    /// <summary>Takes a frame from the front of what arrived.</summary>
    /// <param name="bytes">What arrived; behind the frame afterwards.</param>
    /// <param name="isFromClient">Whether the peer under test is a client, and has to mask.</param>
    /// <param name="isCompressed">Whether messages may be compressed, without a context.</param>
    /// <returns>What it says; null when it is not whole.</returns>
    public static string? Take(ref ReadOnlySpan<byte> bytes, bool isFromClient, bool isCompressed)
    {
        if (bytes.Length < 2) return null;
        var opcode = bytes[0] & 0x0F;
        Assert.Equal(isFromClient, (bytes[1] & 0x80) != 0);
        Assert.Equal(0x80, bytes[0] & (isCompressed ? 0xB0 : 0xF0));
        ulong length = (byte)(bytes[1] & 0x7F);
        var position = length switch { 126 => 4, 127 => 10, _ => 2 };
        var header = position + (isFromClient ? 4 : 0);
        if (bytes.Length < header) return null;
        if (position == 4) length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (position == 10) length = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        Assert.Equal(length < 126 ? 2 : length < 65536 ? 4 : 10, position);
        if ((ulong)bytes.Length < (ulong)header + length) return null;
        var payload = bytes.Slice(header, (int)length).ToArray();
        if (isFromClient)
        {
            for (var i = 0; i < payload.Length; i++) payload[i] ^= bytes[position + (i % 4)];
        }

        if ((bytes[0] & 0x40) != 0)
        {
            Assert.InRange(opcode, 1, 2);
            payload = Inflate(payload);
        }

        bytes = bytes[(header + (int)length)..];
        return Say(opcode, payload);
    }

    private static string Say(int opcode, byte[] payload)
    {
        switch (opcode)
        {
            case 1:
                Encoding.UTF8.GetCharCount(payload);
                return Describe("text", payload);
            case 2:
                return Describe("binary", payload);
            case 8:
                Assert.InRange(payload.Length, 0, 125);
                return payload.Length == 0 ? "close none" : $"close {BinaryPrimitives.ReadUInt16BigEndian(payload)}";
            case 9:
                return Describe("ping", payload);
            case 10:
                Assert.InRange(payload.Length, 0, 125);
                return Describe("pong", payload);
            default:
                throw new InvalidDataException($"A frame with opcode {opcode}.");
        }
    }

    private static byte[] Inflate(byte[] payload)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. payload, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var result = new MemoryStream();
        inflate.CopyTo(result);
        return result.ToArray();
    }

    private static uint Sum(ReadOnlySpan<byte> payload)
    {
        var sum = 2166136261;
        foreach (var b in payload) sum = (sum ^ b) * 16777619;
        return sum;
    }
}
