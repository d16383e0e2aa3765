namespace Motet.Http.Tests;

public class FrameMaskTests
{
    [Fact]
    public void EachByteIsCombinedWithItsByteOfTheKey()
    {
        var random = new Random(1);
        byte[] key = [0x37, 0xfa, 0x21, 0x3d];
        for (var length = 0; length < 700; length++)
        {
            for (var offset = 0; offset < 3; offset++)
            {
                var data = new byte[length + offset];
                random.NextBytes(data);
                var expected = data.Select((value, i) => i < offset ? value : (byte)(value ^ key[(i - offset) & 3])).ToArray();
                var elsewhere = new byte[length + 1];
                FrameMask.Apply(data.AsSpan(offset), elsewhere, BitConverter.ToUInt32(key));
                FrameMask.Apply(data.AsSpan(offset), BitConverter.ToUInt32(key));
                Assert.Equal(expected, data);
                Assert.Equal([.. expected.AsSpan(offset), 0], elsewhere);
            }
        }
    }

    [Fact]
    public void PiecesContinueTheKey()
    {
        var whole = new byte[300];
        var key = 0xDEADBEEF;
        FrameMask.Apply(whole, key);
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var pieces = new byte[300];
            FrameMask.Apply(pieces.AsSpan(0, cut), key);
            FrameMask.Apply(pieces.AsSpan(cut), FrameMask.Advance(key, cut));
            Assert.Equal(whole, pieces);
        }
    }

    // RFC 6455 §5.7.
    [Fact]
    public void TheExampleOfTheRfcIsUnmasked()
    {
        var payload = Convert.FromHexString("7f9f4d5158");
        FrameMask.Apply(payload, BitConverter.ToUInt32(Convert.FromHexString("37fa213d")));
        Assert.Equal("Hello"u8, payload);
    }

    [Fact]
    public void KeysAreNotRepeated()
        => Assert.True(Enumerable.Range(0, 10_000).Select(_ => MaskKeys.Next()).Distinct().Count() > 9_990);
}
