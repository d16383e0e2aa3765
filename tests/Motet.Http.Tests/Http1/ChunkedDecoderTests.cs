using System.Text;

namespace Motet.Http.Tests;

public class ChunkedDecoderTests
{
    // What follows the body on the connection and must stay there.
    private const string Next = "GET / HTTP/1.1\r\n";

    public static TheoryData<string, string, string> Accepted => new()
    {
        { "9112 §7.1 no data", "0\r\n\r\n", "" },
        { "9112 §7.1 one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello" },
        { "9112 §7.1 many chunks", "5\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\n\r\n", "hello, world" },
        { "9112 §7.1 CRLF is data inside a chunk", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n" },
        { "9112 §7.1 hexadecimal in any case", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a" },
        { "9112 §7.1 two digits", "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz" },
        { "9112 §7.1 leading zeros", "0000000000000005\r\nhello\r\n0\r\n\r\n", "hello" },
        { "9112 §7.1 many zeros at the end", "1\r\na\r\n0000\r\n\r\n", "a" },
        { "9112 §7.1 any byte is data", "4\r\n\0\x80\xff\n\r\n0\r\n\r\n", "\0\x80\xff\n" },
        { "9112 §7.1.1 name", "1;a\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.1 name and value", "1;a=b\r\nx\r\n0;c=d\r\n\r\n", "x" },
        { "9112 §7.1.1 several", "1;a;b=c;d\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.1 white space everywhere", "1 \t; \ta \t= \tb ; c\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.1 quoted", "1;a=\"b;c\\\"\\\\ =\xe9\t\"\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.1 empty quotes", "1;a=\"\";b\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.1 white space after quotes", "1;a=\"b\" ;c\r\nx\r\n0\r\n\r\n", "x" },
        { "9112 §7.1.2 trailer", "1\r\nx\r\n0\r\nDigest: abc\r\n\r\n", "x|Digest=abc" },
        { "9112 §7.1.2 trailers", "0\r\na:\r\nb: \t c d \r\nb: e\xe9\r\n\r\n", "|a=|b=c d|b=e\xe9" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void ABodyIsUnderstoodAndWhatFollowsIsLeft(string section, string raw, string expected)
    {
        Assert.NotEmpty(section);
        var outcome = ChunkedOutcome.DecodeInEveryWay(HeadOutcome.Bytes(raw + Next), ServerLimits.Default);

        Assert.Equal(new ChunkedOutcome(ChunkedStatus.Complete, RejectReason.None, expected, raw.Length), outcome);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void ABodyThatStopsEarlyIsNotComplete(string section, string raw, string expected)
    {
        Assert.NotEmpty(section + expected);
        for (var length = 0; length < raw.Length; length++)
            Assert.Equal(ChunkedStatus.NeedMore, ChunkedOutcome.Decode(HeadOutcome.Bytes(raw[..length]), ServerLimits.Default, [], 100).Status);
    }

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", 5, RejectReason.None)]
    [InlineData("6\r\nhello!\r\n0\r\n\r\n", 5, RejectReason.BodyTooLarge)]
    [InlineData("4\r\nhell\r\n2\r\no!\r\n0\r\n\r\n", 5, RejectReason.BodyTooLarge)]
    [InlineData("0\r\n\r\n", 0, RejectReason.None)]
    [InlineData("1\r\nx\r\n0\r\n\r\n", 0, RejectReason.BodyTooLarge)]
    public void ABodyMayBeAsLargeAsTheLimit(string raw, long limit, RejectReason expected) =>
        Assert.Equal(expected, ChunkedOutcome.DecodeInEveryWay(HeadOutcome.Bytes(raw), new ServerLimits { MaxBodyBytes = limit }).Reason);

    [Fact]
    public void ATooLargeChunkIsRefusedAtItsHead()
    {
        var decoder = new ChunkedDecoder(new ServerLimits { MaxBodyBytes = 1000 });
        Assert.Equal(ChunkedStatus.Rejected, decoder.Decode("7fffffff\r\n"u8, []).Status);
        Assert.Equal(RejectReason.BodyTooLarge, decoder.RejectReason);
    }

    [Theory]
    [InlineData("1;abc\r\nx\r\n0;abc\r\n\r\n", RejectReason.None)]
    [InlineData("1;abc\r\nx\r\n0;abcd\r\n\r\n", RejectReason.BadChunkExtension)]
    [InlineData("1;abcdefgh", RejectReason.BadChunkExtension)]
    [InlineData("1        ", RejectReason.None)]
    [InlineData("1         ", RejectReason.BadChunkExtension)]
    public void ExtensionsOfAllChunksTogetherAreLimited(string raw, RejectReason expected) =>
        Assert.Equal(expected, ChunkedOutcome.DecodeInEveryWay(HeadOutcome.Bytes(raw), new ServerLimits { MaxChunkExtensionBytes = 8 }).Reason);

    [Theory]
    [InlineData("0\r\na: bcdef\r\n\r\n", RejectReason.None)]
    [InlineData("0\r\na: bcdefg\r\n\r\n", RejectReason.TrailersTooLarge)]
    [InlineData("0\r\na: bcdefghijklmnopqrstuvwxyz", RejectReason.TrailersTooLarge)]
    [InlineData("0\r\nabcdefghijklmnopqrstuvwxyz", RejectReason.TrailersTooLarge)]
    [InlineData("0\r\na:\r\nb:\r\n\r\n", RejectReason.None)]
    [InlineData("0\r\na:\r\nb:\r\nc:\r\n", RejectReason.TooManyHeaders)]
    public void TrailersAreLimited(string raw, RejectReason expected) =>
        Assert.Equal(expected, ChunkedOutcome.DecodeInEveryWay(HeadOutcome.Bytes(raw), new ServerLimits { MaxTrailerBytes = 12, MaxHeaderCount = 2 }).Reason);

    [Fact]
    public void AFullDestinationIsSaidAndNothingIsLost()
    {
        var decoder = new ChunkedDecoder(ServerLimits.Default);
        var destination = new byte[3];
        var source = "5\r\nhello\r\n0\r\n\r\nrest"u8;

        Assert.Equal(new ChunkedResult(3, 0, ChunkedStatus.DestinationFull), decoder.Decode(source, []));
        Assert.Equal(5, decoder.AnnouncedBytes);
        Assert.Equal(new ChunkedResult(3, 3, ChunkedStatus.DestinationFull), decoder.Decode(source[3..], destination));
        Assert.Equal("hel"u8, destination);
        Assert.Equal(new ChunkedResult(9, 2, ChunkedStatus.Complete), decoder.Decode(source[6..], destination));
        Assert.Equal("lo"u8, destination.AsSpan(0, 2));
        Assert.Equal(new ChunkedResult(0, 0, ChunkedStatus.Complete), decoder.Decode("rest"u8, destination));
        Assert.True(decoder.IsComplete);
    }

    [Fact]
    public void TrailersAreFoundByNameAndForgottenByReset()
    {
        var decoder = new ChunkedDecoder(ServerLimits.Default);
        decoder.Decode("0\r\nA: 1\r\nb: 2\r\na: 3\r\n\r\n"u8, []);

        Assert.Equal(0, decoder.FindTrailer("a"u8));
        Assert.Equal(2, decoder.FindTrailer("a"u8, 1));
        Assert.Equal("3", Encoding.ASCII.GetString(decoder.Trailers[2].Value(decoder.TrailerBytes)));

        decoder.Reset(ServerLimits.Default);

        Assert.Equal(0, decoder.Trailers.Length);
        Assert.Equal(new ChunkedResult(11, 1, ChunkedStatus.Complete), decoder.Decode("1\r\nx\r\n0\r\n\r\n"u8, new byte[9]));
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        var decoder = new ChunkedDecoder(ServerLimits.Default);
        var source = "5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n"u8.ToArray();
        var destination = new byte[16];
        Run();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            decoder.Decode(source, destination);
            decoder.Reset(ServerLimits.Default);
        }
    }
}
