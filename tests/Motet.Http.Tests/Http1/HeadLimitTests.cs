using System.Text;

namespace Motet.Http.Tests;

public class HeadLimitTests
{
    private static readonly ServerLimits Small = new() { MaxRequestLineBytes = 20, MaxHeadBytes = 64, MaxHeaderCount = 3 };

    [Theory]
    [InlineData("GET /123456 HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.None)]
    [InlineData("\r\nGET /123456 HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.None)]
    [InlineData("GET /1234567 HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.RequestLineTooLong)]
    [InlineData("GET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.RequestLineTooLong)]
    [InlineData("GET /123456789012345678901234567890", RejectReason.RequestLineTooLong)]
    [InlineData("GET /12345678901234567", RejectReason.RequestLineTooLong)]
    [InlineData("AVERYVERYVERYVERYLONGMETHOD / HTTP/1.1\r\nHost: a\r\n\r\n", RejectReason.RequestLineTooLong)]
    [InlineData("GET /?34567890123456789012345678901234567890", RejectReason.RequestLineTooLong)]
    public void ARequestLineMayBeAsLongAsTheLimit(string raw, RejectReason expected) => Assert.Equal(expected, ReasonOf(raw, Small));

    [Theory]
    [InlineData(64, RejectReason.None)]
    [InlineData(65, RejectReason.HeadTooLarge)]
    [InlineData(66, RejectReason.HeadTooLarge)]
    [InlineData(67, RejectReason.HeadTooLarge)]
    [InlineData(1000, RejectReason.HeadTooLarge)]
    public void AHeadMayBeAsLargeAsTheLimit(int size, RejectReason expected)
    {
        var raw = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        Assert.Equal(expected, ReasonOf(raw + new string('x', size - raw.Length - 4) + "\r\n\r\n", Small));
    }

    [Fact]
    public void AnEndlessNameIsCutOffAtTheLimit() => Assert.Equal(RejectReason.HeadTooLarge, ReasonOf("GET / HTTP/1.1\r\n" + new string('x', 1000), Small));

    [Fact]
    public void BytesOfTheBodyDoNotCountAsHead() => Assert.Equal(RejectReason.None, ReasonOf("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + new string('x', 1000), Small));

    [Fact]
    public void TheLimitOfTheHeadHoldsForTheRequestLineToo() =>
        Assert.Equal(RejectReason.HeadTooLarge, ReasonOf("GET /" + new string('x', 1000), new ServerLimits { MaxHeadBytes = 64 }));

    [Theory]
    [InlineData("X: 1\r\nX: 2\r\n\r\n", RejectReason.None)]
    [InlineData("X: 1\r\nX: 2\r\nX: 3\r\n\r\n", RejectReason.TooManyHeaders)]
    public void ThereMayBeAsManyHeadersAsTheLimit(string lines, RejectReason expected) => Assert.Equal(expected, ReasonOf("GET / HTTP/1.1\r\nHost: a\r\n" + lines, Small));

    [Fact]
    public void TheHeaderTableGrowsToTheLimitAndIsKept()
    {
        var bytes = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(1, 127).Select(i => $"X-{i}: {i}\r\n")) + "\r\n");
        var head = new RequestHead();
        Assert.Equal(HeadStatus.Complete, HeadParser.Parse(bytes, head, ServerLimits.Default));
        Assert.Equal(128, head.HeaderCount);
        Assert.Equal("127", Encoding.ASCII.GetString(head.Headers[127].Value(bytes)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            head.Reset();
            HeadParser.Parse(bytes, head, ServerLimits.Default);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ParsingAllocatesNothing()
    {
        var inputs = new[]
        {
            "GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n",
            "POST http://a/b?c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nConnection: keep-alive, upgrade\r\nUpgrade: x\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: a%41\r\nX : y\r\n\r\n",
        }.Select(Encoding.ASCII.GetBytes).ToArray();
        var head = new RequestHead();
        Run(head, inputs);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Run(head, inputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Run(RequestHead head, byte[][] inputs)
        {
            foreach (var input in inputs)
            {
                head.Reset();
                HeadParser.Parse(input.AsSpan(0, input.Length / 2), head, ServerLimits.Default);
                HeadParser.Parse(input, head, ServerLimits.Default);
                head.Find(input, "connection"u8);
            }
        }
    }

    [Fact]
    public void LimitsThatMakeNoSenseAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxRequestLineBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxHeadBytes = int.MaxValue });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxHeaderCount = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxBodyBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxTrailerBytes = 1 });
        Assert.Null(new ServerLimits { MaxBodyBytes = null }.MaxBodyBytes);
    }

    [Fact]
    public void EveryReasonHasAStatusAndAText()
    {
        var reasons = Enum.GetValues<RejectReason>().Where(reason => reason != RejectReason.None).ToArray();
        Assert.All(reasons, reason => Assert.InRange((int)reason.ToStatus(), 400, 599));
        Assert.All(reasons, reason => Assert.NotEqual("request rejected", reason.ToText()));
        Assert.Equal(reasons.Length, reasons.Select(reason => reason.ToText()).Distinct().Count());
    }

    [Theory]
    [InlineData(RejectReason.BadRequestLine, 400)]
    [InlineData(RejectReason.MissingHost, 400)]
    [InlineData(RejectReason.BadTransferEncoding, 400)]
    [InlineData(RejectReason.HeadTimeout, 408)]
    [InlineData(RejectReason.BodyTimeout, 408)]
    [InlineData(RejectReason.BodyTooLarge, 413)]
    [InlineData(RejectReason.RequestLineTooLong, 414)]
    [InlineData(RejectReason.UnknownExpectation, 417)]
    [InlineData(RejectReason.HeadTooLarge, 431)]
    [InlineData(RejectReason.TooManyHeaders, 431)]
    [InlineData(RejectReason.TrailersTooLarge, 431)]
    [InlineData(RejectReason.UnsupportedTransferEncoding, 501)]
    [InlineData(RejectReason.UnsupportedVersion, 505)]
    public void AReasonHasTheStatusItsSectionNames(RejectReason reason, int status) => Assert.Equal(status, (int)reason.ToStatus());

    private static RejectReason ReasonOf(string raw, ServerLimits limits)
    {
        var (status, head) = HeadOutcome.ParseInEveryWay(HeadOutcome.Bytes(raw), limits);
        Assert.Equal(head.RejectReason == RejectReason.None ? HeadStatus.Complete : HeadStatus.Rejected, status);
        return head.RejectReason;
    }
}
