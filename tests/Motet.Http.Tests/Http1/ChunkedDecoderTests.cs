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

    public static TheoryData<string, string, RejectReason> Rejected => new()
    {
        { "9112 §7.1 no size", "\r\nx", RejectReason.BadChunkSize },
        { "9112 §7.1 not a digit", "g\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 prefix", "0x5\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 minus", "-5\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 plus", "+5\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 space before", " 5\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 underscore", "1_0\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 fraction", "5.0\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 NUL", "5\0\r\nhello\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 only an extension", ";a\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 space after the size", "5 \r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1 two sizes", "5 5\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1 17 digits", "00000000000000005\r\nhello\r\n", RejectReason.ChunkSizeOverflow },
        { "9112 §7.1 2^63", "8000000000000000\r\n", RejectReason.ChunkSizeOverflow },
        { "9112 §7.1 2^64 + 5", "10000000000000005\r\nhello\r\n", RejectReason.ChunkSizeOverflow },
        { "9112 §7.1 2^64 - 1", "ffffffffffffffff\r\n", RejectReason.ChunkSizeOverflow },
        { "9112 §7.1 the sum", "1\r\nx\r\n7fffffffffffffff\r\n", RejectReason.ChunkSizeOverflow },
        { "9112 §7.1 size too small", "4\r\nhello\r\n0\r\n\r\n", RejectReason.BadChunkSize },
        { "9112 §7.1 size too large", "6\r\nhello\r\n0\r\n\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1 nothing after the data", "5\r\nhello0\r\n\r\n", RejectReason.BadChunkSize },
        { "9112 §2.2 LF after the size", "5\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §2.2 CR after the size", "5\rhello\r\n", RejectReason.BareCarriageReturn },
        { "9112 §2.2 CR CR LF after the size", "5\r\r\nhello\r\n", RejectReason.BareCarriageReturn },
        { "9112 §2.2 LF after the data", "5\r\nhello\n0\r\n\r\n", RejectReason.BareLineFeed },
        { "9112 §2.2 CR after the data", "5\r\nhello\r0\r\n\r\n", RejectReason.BareCarriageReturn },
        { "9112 §2.2 LF for a size", "\n", RejectReason.BareLineFeed },
        { "9112 §2.2 LF after the last chunk", "0\n\r\n", RejectReason.BareLineFeed },
        { "9112 §2.2 CR for the end", "0\r\n\rX", RejectReason.BareCarriageReturn },
        { "9112 §7.1.2 LF for the end", "0\r\n\n", RejectReason.BadTrailer },
        { "9112 §7.1.1 LF in a name", "5;a\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1.1 LF after a semicolon", "5;\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1.1 LF in a value", "5;a=b\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1.1 LF in quotes", "5;a=\"\n\"\r\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1.1 LF after a backslash", "5;a=\"\\\n\"\r\nhello\r\n", RejectReason.BareLineFeed },
        { "9112 §7.1.1 CR in a name", "5;a\rb\r\nhello\r\n", RejectReason.BareCarriageReturn },
        { "9112 §7.1.1 CR in quotes", "5;a=\"\r\n\"\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 no name", "5;\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 no name but a value", "5;=b\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 no name before the next", "5;;a\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 no value", "5;a=\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 no value before the next", "5;a=;b\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 two values", "5;a=b=c\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 two words", "5;a b\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 value of two words", "5;a=b c\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 after quotes", "5;a=\"b\"c\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 quotes in a token", "5;a=b\"c\"\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 white space at the end", "5;a \r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 not a token", "5;a/b\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 NUL in quotes", "5;a=\"\0\"\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.1 control byte after a backslash", "5;a=\"\\\x01\"\r\nhello\r\n", RejectReason.BadChunkExtension },
        { "9112 §7.1.2 no colon", "0\r\nx\r\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 space before the colon", "0\r\nx : y\r\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 folding", "0\r\nx: y\r\n z\r\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 folding of nothing", "0\r\n x: y\r\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 LF", "0\r\nx: y\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 LF for the empty line", "0\r\nx: y\r\n\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 CR for the empty line", "0\r\nx: y\r\n\rX", RejectReason.BadTrailer },
        { "9112 §7.1.2 control byte", "0\r\nx: \x01\r\n\r\n", RejectReason.BadTrailer },
        { "9112 §7.1.2 a request for a trailer", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.BadTrailer },
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
    [MemberData(nameof(Rejected))]
    public void ABodyIsRefused(string section, string raw, RejectReason reason)
    {
        Assert.NotEmpty(section);
        var outcome = ChunkedOutcome.DecodeInEveryWay(HeadOutcome.Bytes(raw), new ServerLimits { MaxBodyBytes = null });

        Assert.Equal((ChunkedStatus.Rejected, reason), (outcome.Status, outcome.Reason));
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
