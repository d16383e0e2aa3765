using System.Text;

namespace Motet.Http.Tests;

public class ResponseHeadTests
{
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\nX: \r\n\r\n";

    [Fact]
    public void StatusAndLinesAreReadAndWhatFollowsIsLeft()
    {
        var head = new ResponseHead();
        var bytes = Encoding.Latin1.GetBytes(Switching + "HTTP");

        Assert.Equal(HeadStatus.Complete, head.Parse(bytes));
        Assert.Equal((101, 1, Switching.Length), (head.Status, head.MinorVersion, head.Length));
        Assert.Equal("websocket", head.Single(bytes, "upgrade"));
        Assert.Null(head.Single(bytes, "Set-Cookie"));
        Assert.Null(head.Single(bytes, "Y"));
        Assert.Equal("", head.Single(bytes, "x"));
        Assert.Equal(["a=b", "c=d"], head.GetAll(bytes, "Set-Cookie"));
        Assert.True(head.HasMember(bytes, "Connection", "upgrade"));
        Assert.False(head.HasMember(bytes, "Connection", "keep"));
    }

    [Fact]
    public void HowTheBytesAreCutDoesNotMatter()
    {
        var bytes = Encoding.Latin1.GetBytes(Switching);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var head = new ResponseHead();
            Assert.Equal(HeadStatus.NeedMore, head.Parse(bytes.AsSpan(0, cut)));
            Assert.Equal(HeadStatus.Complete, head.Parse(bytes));
            Assert.Equal("websocket", head.Single(bytes, "Upgrade"));
        }

        var slow = new ResponseHead();
        for (var length = 0; length < bytes.Length; length++) Assert.Equal(HeadStatus.NeedMore, slow.Parse(bytes.AsSpan(0, length)));
        Assert.Equal(HeadStatus.Complete, slow.Parse(bytes));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200)]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\n", 404)]
    [InlineData("HTTP/1.7 999 \u00e4\t\r\nA:\r\n\r\n", 999)]
    public void OddButValidHeadsAreRead(string text, int status)
    {
        var head = new ResponseHead();
        Assert.Equal(HeadStatus.Complete, head.Parse(Encoding.Latin1.GetBytes(text)));
        Assert.Equal(status, head.Status);
    }

    [Theory]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", RejectReason.UnsupportedVersion)]
    [InlineData("http/1.1 200 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 200\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 200 O\0K\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 200 OK\n\r\n", RejectReason.BareLineFeed)]
    [InlineData("HTTP/1.1 200 OK\rX", RejectReason.BareCarriageReturn)]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n", RejectReason.BadRequestLine)]
    [InlineData("SSH-2.0-OpenSSH", RejectReason.BadRequestLine)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\n\r\n", RejectReason.BareLineFeed)]
    [InlineData("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", RejectReason.ObsoleteFolding)]
    [InlineData("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", RejectReason.SpaceBeforeColon)]
    [InlineData("HTTP/1.1 200 OK\r\nA\r\n\r\n", RejectReason.BadHeaderName)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\rX", RejectReason.BareCarriageReturn)]
    public void WhatIsNoHeadIsRejectedAtItsFirstBadByte(string text, RejectReason reason)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var whole = new ResponseHead();
        Assert.Equal(HeadStatus.Rejected, whole.Parse(bytes));
        Assert.Equal(reason, whole.RejectReason);

        var slow = new ResponseHead();
        var length = 0;
        while (slow.Parse(bytes.AsSpan(0, ++length)) == HeadStatus.NeedMore)
        {
        }

        Assert.Equal(reason, slow.RejectReason);
    }

    [Fact]
    public void AHeadHasAnEnd()
    {
        var large = new ResponseHead();
        Assert.Equal(HeadStatus.Rejected, large.Parse(Encoding.Latin1.GetBytes("HTTP/1.1 200 " + new string('a', ResponseHead.MaxBytes))));
        Assert.Equal(RejectReason.HeadTooLarge, large.RejectReason);

        var many = new ResponseHead();
        Assert.Equal(HeadStatus.Rejected, many.Parse(Encoding.Latin1.GetBytes("HTTP/1.1 200 \r\n" + string.Concat(Enumerable.Repeat("a:\r\n", ResponseHead.MaxHeaders + 1)))));
        Assert.Equal(RejectReason.TooManyHeaders, many.RejectReason);
    }

    [Fact]
    public void TheNextHeadIsReadAfterAReset()
    {
        var head = new ResponseHead();
        head.Parse("HTTP/1.1 103 \r\nA: b\r\n\r\n"u8);
        head.Reset();

        Assert.Equal(HeadStatus.Complete, head.Parse("HTTP/1.1 101 \r\n\r\n"u8));
        Assert.Equal(101, head.Status);
        Assert.Null(head.Single("HTTP/1.1 101 \r\n\r\n"u8, "A"));
    }
}
