using System.Text;

namespace Motet.Http.Tests;

public class ByteRangesTests
{
    [Theory]
    [InlineData("bytes=0-0", 1000, "0+1")]
    [InlineData("bytes=0-499", 1000, "0+500")]
    [InlineData("bytes=500-999", 1000, "500+500")]
    [InlineData("bytes=-500", 1000, "500+500")]
    [InlineData("bytes=9500-", 10000, "9500+500")]
    [InlineData("bytes=-5000", 1000, "0+1000")]
    [InlineData("bytes=990-2000", 1000, "990+10")]
    [InlineData("BYTES=0-0", 1000, "0+1")]
    [InlineData("bytes= 0-0 , 500-500 ", 1000, "0+1 500+1")]
    [InlineData("bytes=0-0,-1", 1000, "0+1 999+1")]
    [InlineData("bytes=500-600,601-999", 1000, "500+500")]
    [InlineData("bytes=500-700,601-800", 1000, "500+301")]
    [InlineData("bytes=900-999,0-9", 1000, "900+100 0+10")]
    [InlineData("bytes=0-9,500-509,5-504", 1000, "0+510")]
    [InlineData("bytes=0-9,50-59", 1000, "0+60")]
    [InlineData("bytes=,,0-9,", 1000, "0+10")]
    [InlineData("bytes=2000-,0-9", 1000, "0+10")]
    [InlineData("bytes=0-99999999999999999999999", 1000, "0+1000")]
    [InlineData("bytes=-99999999999999999999999", 1000, "0+1000")]
    [InlineData("bytes=1000-", 1000, "416")]
    [InlineData("bytes=1000-2000", 1000, "416")]
    [InlineData("bytes=99999999999999999999999-", 1000, "416")]
    [InlineData("bytes=-0", 1000, "416")]
    [InlineData("bytes=0-", 0, "200")]
    [InlineData("bytes=-1", 0, "200")]
    [InlineData("bytes=0-999,0-999", 1000, "200")]
    [InlineData("bytes=", 1000, "200")]
    [InlineData("bytes=,", 1000, "200")]
    [InlineData("bytes", 1000, "200")]
    [InlineData("bytes=-", 1000, "200")]
    [InlineData("bytes=a-b", 1000, "200")]
    [InlineData("bytes=1", 1000, "200")]
    [InlineData("bytes=5-4", 1000, "200")]
    [InlineData("bytes=0-9,x", 1000, "200")]
    [InlineData("bytes=+1-2", 1000, "200")]
    [InlineData("bytes=1-2-3", 1000, "200")]
    [InlineData("bytes=0x0-1", 1000, "200")]
    [InlineData("items=0-9", 1000, "200")]
    [InlineData("bytes =0-9", 1000, "200")]
    public void ARangeIsReadAsTheRfcHasIt(string field, long length, string expected) => Assert.Equal(expected, Describe(field, length));

    [Fact]
    public void TooManyRangesAreNotLookedAt()
    {
        Assert.Equal(ByteRanges.MaxRanges, Describe("bytes=" + string.Join(',', Enumerable.Range(0, ByteRanges.MaxRanges).Select(i => $"{i * 1000}-{i * 1000}")), 1_000_000).Split(' ').Length);
        Assert.Equal("200", Describe("bytes=" + string.Join(',', Enumerable.Range(0, ByteRanges.MaxRanges + 1).Select(i => $"{i * 1000}-{i * 1000}")), 1_000_000));
    }

    private static string Describe(string field, long length)
    {
        Span<ByteRange> ranges = new ByteRange[ByteRanges.MaxRanges];
        return ByteRanges.Parse(Encoding.ASCII.GetBytes(field), length, ranges, out var count) switch
        {
            ByteRanges.Outcome.Ignore => "200",
            ByteRanges.Outcome.Unsatisfiable => "416",
            _ => string.Join(' ', ranges[..count].ToArray().Select(range => $"{range.Offset}+{range.Count}")),
        };
    }
}
