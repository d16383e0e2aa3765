namespace Motet.Http.Tests;

/// <summary>RFC 6455 §5.2, byte by byte.</summary>
public class FrameHeaderTests
{
    private const FrameRules Server = FrameRules.Masked;

    // Written without spaces: rules, bytes in hexadecimal, length of the payload.
    [Theory]
    [InlineData("S", "818037fa213d", 0)]
    [InlineData("S", "818537fa213d", 5)]
    [InlineData("S", "82fd37fa213d", 125)]
    [InlineData("S", "82fe007e37fa213d", 126)]
    [InlineData("S", "82feffff37fa213d", 65535)]
    [InlineData("S", "82ff000000000001000037fa213d", 65536)]
    [InlineData("S", "82ff7fffffffffffffff37fa213d", long.MaxValue)]
    [InlineData("S", "018137fa213d", 1)]
    [InlineData("SM", "008137fa213d", 1)]
    [InlineData("SM", "808137fa213d", 1)]
    [InlineData("SM", "898037fa213d", 0)]
    [InlineData("S", "88fd37fa213d", 125)]
    [InlineData("S", "8a8237fa213d", 2)]
    [InlineData("SC", "c18137fa213d", 1)]
    [InlineData("SC", "428137fa213d", 1)]
    [InlineData("", "8105", 5)]
    [InlineData("", "827e0100", 256)]
    [InlineData("", "827f0000000000010000", 65536)]
    public void AHeaderIsReadWhenItIsWhole(string rules, string hex, long length)
    {
        var bytes = Convert.FromHexString(hex);
        for (var count = 0; count < bytes.Length; count++) Assert.Equal(0, FrameHeader.Parse(bytes.AsSpan(0, count), Rules(rules), out _));
        for (var behind = 0; behind < 20; behind++)
        {
            Assert.Equal(bytes.Length, FrameHeader.Parse([.. bytes, .. new byte[behind]], Rules(rules), out var header));
            Assert.Equal((ulong)length, header.PayloadLength);
            Assert.Equal((Opcode)(bytes[0] & 15), header.Opcode);
            Assert.Equal((bytes[0] & 0x80) != 0, header.IsFinal);
            Assert.Equal((bytes[0] & 0x40) != 0, header.IsCompressed);
            Assert.Equal((bytes[0] & 0x08) != 0, header.IsControl);
            Assert.Equal(rules.Contains('S', StringComparison.Ordinal) ? BitConverter.ToUInt32(bytes.AsSpan()[^4..]) : 0, header.Key);
        }
    }

    // How many bytes it takes to see it.
    [Theory]
    [InlineData("S", "83", "UnknownOpcode")]
    [InlineData("S", "87", "UnknownOpcode")]
    [InlineData("S", "8b", "UnknownOpcode")]
    [InlineData("SM", "8f", "UnknownOpcode")]
    [InlineData("S", "c1", "ReservedBit")]
    [InlineData("S", "a1", "ReservedBit")]
    [InlineData("S", "91", "ReservedBit")]
    [InlineData("SC", "a1", "ReservedBit")]
    [InlineData("SC", "91", "ReservedBit")]
    [InlineData("SC", "c8", "ReservedBit")]
    [InlineData("SC", "c9", "ReservedBit")]
    [InlineData("SCM", "c0", "ReservedBit")]
    [InlineData("S", "09", "FragmentedControl")]
    [InlineData("S", "08", "FragmentedControl")]
    [InlineData("SM", "0a", "FragmentedControl")]
    [InlineData("S", "80", "UnexpectedContinuation")]
    [InlineData("S", "00", "UnexpectedContinuation")]
    [InlineData("SM", "81", "InterleavedMessage")]
    [InlineData("SM", "02", "InterleavedMessage")]
    [InlineData("SCM", "c2", "InterleavedMessage")]
    [InlineData("S", "8100", "NotMasked")]
    [InlineData("S", "8900", "NotMasked")]
    [InlineData("S", "827e", "NotMasked")]
    [InlineData("", "8180", "Masked")]
    [InlineData("", "8a80", "Masked")]
    [InlineData("S", "89fe", "LongControl")]
    [InlineData("", "887e", "LongControl")]
    [InlineData("", "897f", "LongControl")]
    [InlineData("S", "81fe007d", "LengthNotMinimal")]
    [InlineData("S", "81fe0000", "LengthNotMinimal")]
    [InlineData("S", "81ff000000000000", "LengthNotMinimal")]
    [InlineData("", "827f000000000000", "LengthNotMinimal")]
    [InlineData("S", "81ff80", "LengthOutOfRange")]
    [InlineData("S", "81ffff", "LengthOutOfRange")]
    public void AViolationIsSeenAtItsFirstByte(string rules, string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex);
        for (var count = 0; count < bytes.Length; count++) Assert.Equal(0, FrameHeader.Parse(bytes.AsSpan(0, count), Rules(rules), out _));
        for (var behind = 0; behind < 20; behind++)
            Assert.Equal(expected, ((WebSocketViolation)(-FrameHeader.Parse([.. bytes, .. new byte[behind]], Rules(rules), out _))).ToString());
    }

    [Fact]
    public void EveryFirstPairOfBytesHasTheSameVerdictAlone()
    {
        // The short way for what is usual, and the long way, which sees one byte more each time, agree.
        for (var rules = 0; rules < 8; rules++)
        {
            for (var pair = 0; pair < 0x10000; pair++)
            {
                byte[] bytes = [(byte)(pair >> 8), (byte)pair, 0, 200, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
                var whole = FrameHeader.Parse(bytes, (FrameRules)rules, out var header);
                Assert.NotEqual(0, whole);
                for (var count = 1; count <= bytes.Length; count++)
                {
                    var part = FrameHeader.Parse(bytes.AsSpan(0, count), (FrameRules)rules, out var same);
                    if (part != 0 && part != whole) Assert.Fail($"{rules} {pair:x4} {count}: {part}, not {whole}.");
                    if (part > 0 && (same.PayloadLength != header.PayloadLength || same.Key != header.Key)) Assert.Fail($"{rules} {pair:x4} {count}");
                    if (part != 0) break;
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(int.MaxValue)]
    public void WhatIsWrittenIsRead(int length)
    {
        var bytes = new byte[FrameHeader.MaxLength];
        foreach (var isMasked in (bool[])[false, true])
        {
            var count = FrameHeader.Write(bytes, FrameHeader.Final | (byte)Opcode.Binary, length, isMasked, 0x01020304);
            Assert.Equal(count, FrameHeader.Parse(bytes.AsSpan(0, count), isMasked ? FrameRules.Masked : FrameRules.None, out var header));
            Assert.Equal(((ulong)length, isMasked ? 0x01020304u : 0), (header.PayloadLength, header.Key));
        }
    }

    private static FrameRules Rules(string letters)
        => (letters.Contains('S', StringComparison.Ordinal) ? Server : 0) | (letters.Contains('C', StringComparison.Ordinal) ? FrameRules.Compression : 0) | (letters.Contains('M', StringComparison.Ordinal) ? FrameRules.InMessage : 0);
}
