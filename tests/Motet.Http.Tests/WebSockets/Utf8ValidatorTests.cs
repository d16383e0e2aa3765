using System.Text;
using System.Text.Unicode;

namespace Motet.Http.Tests;

/// <summary>RFC 3629; the cases of the Autobahn test suite's chapter 6.</summary>
public class Utf8ValidatorTests
{
    [Theory]
    [InlineData("")]
    [InlineData("61")]
    [InlineData("cebae1bdb9cf83cebcceb5")]
    [InlineData("f0908080")]
    [InlineData("f48fbfbf")]
    [InlineData("ed9fbf")]
    [InlineData("ee8080")]
    [InlineData("efbfbd")]
    [InlineData("00")]
    [InlineData("c280")]
    [InlineData("e0a080")]
    [InlineData("7f")]
    [InlineData("dfbf")]
    [InlineData("efbfbf")]
    public void AValidTextIsTakenInAnyPieces(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        byte[] inLongText = [.. Encoding.UTF8.GetBytes(new string('é', 40)), .. bytes, .. "0123456789012345678901234567890123456789"u8];
        foreach (var text in (byte[][])[bytes, inLongText])
        {
            for (var cut = 0; cut <= text.Length; cut++)
            {
                var validator = new Utf8Validator();
                Assert.True(validator.Append(text.AsSpan(0, cut)));
                Assert.Equal(Utf8.IsValid(text.AsSpan(0, cut)), validator.IsComplete);
                Assert.True(validator.Append(text.AsSpan(cut)));
                Assert.True(validator.IsComplete);
            }
        }
    }

    // The number is how many of the bytes may come before it is certain.
    [Theory]
    [InlineData("80", 0)]
    [InlineData("bf", 0)]
    [InlineData("c0", 0)]
    [InlineData("c1", 0)]
    [InlineData("f5", 0)]
    [InlineData("ff", 0)]
    [InlineData("f8", 0)]
    [InlineData("c020", 0)]
    [InlineData("c220", 1)]
    [InlineData("e09f", 1)]
    [InlineData("e080af", 1)]
    [InlineData("eda080", 1)]
    [InlineData("edbfbf", 1)]
    [InlineData("f08f", 1)]
    [InlineData("f490", 1)]
    [InlineData("f4908080", 1)]
    [InlineData("e18041", 2)]
    [InlineData("f18041", 2)]
    [InlineData("f1808041", 3)]
    [InlineData("f18080c2", 3)]
    [InlineData("cebae1bdb9cf83cebcceb5f490808080656469746564", 12)]
    public void ABadByteIsSeenWhenItComes(string hex, int good)
    {
        var bytes = Convert.FromHexString(hex);
        byte[] inLongText = [.. Encoding.UTF8.GetBytes(new string('é', 40)), .. bytes, .. "0123456789012345678901234567890123456789"u8];
        foreach (var (text, first) in ((byte[], int)[])[(bytes, good), (inLongText, 80 + good)])
        {
            for (var cut = 0; cut <= first; cut++)
            {
                var validator = new Utf8Validator();
                Assert.True(validator.Append(text.AsSpan(0, cut)));
                Assert.True(validator.Append(text.AsSpan(cut, first - cut)));
                Assert.False(validator.Append(text.AsSpan(first, 1)));
                validator = new Utf8Validator();
                Assert.True(validator.Append(text.AsSpan(0, cut)));
                Assert.False(validator.Append(text.AsSpan(cut)));
            }
        }
    }

    [Fact]
    public void ItAgreesWithTheFrameworkOnEverythingOfThreeBytes()
    {
        var bytes = new byte[3];
        for (var i = 0; i < 1 << 24; i++)
        {
            (bytes[0], bytes[1], bytes[2]) = ((byte)(i >> 16), (byte)(i >> 8), (byte)i);
            var whole = new Utf8Validator();
            var isValid = whole.Append(bytes) && whole.IsComplete;
            if (isValid != Utf8.IsValid(bytes)) Assert.Fail($"{i:x6}");
            var pieces = new Utf8Validator();
            if (isValid != (pieces.Append(bytes.AsSpan(0, 1)) && pieces.Append(bytes.AsSpan(1, 1)) && pieces.Append(bytes.AsSpan(2)) && pieces.IsComplete)) Assert.Fail($"{i:x6}");
        }
    }

    [Fact]
    public void ItAgreesWithTheFrameworkOnRandomPiecesOfRandomText()
    {
        var random = new Random(2);
        for (var round = 0; round < 20_000; round++)
        {
            var runes = Enumerable.Range(0, random.Next(60)).Select(_ => RandomRune(random).ToString());
            var bytes = Encoding.UTF8.GetBytes(string.Concat(runes));
            if (bytes.Length > 0 && random.Next(2) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var validator = new Utf8Validator();
            var isValid = true;
            for (var start = 0; start < bytes.Length && isValid;)
            {
                var length = Math.Min(random.Next(20), bytes.Length - start);
                isValid = validator.Append(bytes.AsSpan(start, length));
                start += length;
            }

            Assert.Equal(Utf8.IsValid(bytes), isValid && validator.IsComplete);
        }
    }

    private static Rune RandomRune(Random random)
    {
        while (true)
        {
            if (Rune.TryCreate(random.Next(1 << random.Next(1, 22)), out var rune)) return rune;
        }
    }
}
