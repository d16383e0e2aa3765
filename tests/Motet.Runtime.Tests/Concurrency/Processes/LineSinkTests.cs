using System.Text;

namespace Motet.Runtime.Tests;

public sealed class LineSinkTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\r\nb", new[] { "a", "b" })]
    [InlineData("abcd\n", new[] { "abcd" })]
    [InlineData("abcd\r\n", new[] { "abcd" })]
    [InlineData("abcde\n", new[] { "abcd", "e" })]
    [InlineData("abcd\re\n", new[] { "abcd", "\re" })]
    [InlineData("abcd\r", new[] { "abcd", "\r" })]
    [InlineData("a\rb\r\n\r\n", new[] { "a\rb", "" })]
    [InlineData("abcdefgh\r\nij", new[] { "abcd", "efgh", "ij" })]
    [InlineData("abc😀d\n", new[] { "abc", "😀d" })]
    [InlineData("äöüß\r\n€", new[] { "äöüß", "€" })]
    public async Task AnySplitOfTheBytesGivesTheSameLines(string text, string[] lines)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var got = new List<string>();
                var sink = new LineSink(got.Add, maxLineLength: 4);
                foreach (var part in (Range[])[new(0, first), new(first, second), new(second, bytes.Length)]) await sink.WriteAsync(bytes.AsMemory()[part], CancellationToken.None);
                sink.Finish();
                Assert.Equal(lines, got);
            }
        }
    }

    [Fact]
    public async Task HalfACharacterAtTheEndIsReplaced()
    {
        var got = new List<string>();
        var sink = new LineSink(got.Add, maxLineLength: 4);
        await sink.WriteAsync(new byte[] { (byte)'a', 0xE2, 0x82 }, CancellationToken.None);
        sink.Finish();
        Assert.Equal(["a\uFFFD"], got);
    }
}
