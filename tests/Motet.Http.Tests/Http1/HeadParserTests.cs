using System.Text;

namespace Motet.Http.Tests;

public class HeadParserTests
{
    private const string BrowserHead =
        "GET /search?q=evented&lang=en HTTP/1.1\r\nHost: www.example.com:8080\r\nConnection: keep-alive\r\nAccept: text/html\r\nCookie: a=1; b=2\r\n\r\n";

    [Fact]
    public void WhatALineSaysIsFoundByOffset()
    {
        var head = new RequestHead();
        var bytes = Encoding.ASCII.GetBytes(BrowserHead);

        Assert.Equal(HeadStatus.Complete, HeadParser.Parse(bytes, head, ServerLimits.Default));

        Assert.Equal(bytes.Length, head.Length);
        Assert.Equal(MethodKind.Get, head.Method);
        Assert.Equal("GET", Text(head.MethodOffset, head.MethodLength));
        Assert.Equal("/search?q=evented&lang=en", Text(head.TargetOffset, head.TargetLength));
        Assert.Equal("/search", Text(head.PathOffset, head.PathLength));
        Assert.Equal("q=evented&lang=en", Text(head.QueryOffset, head.QueryLength));
        Assert.Equal("www.example.com:8080", Text(head.HostOffset, head.HostLength));
        Assert.Equal(1, head.MinorVersion);
        Assert.True(head.KeepAlive);
        Assert.Equal(-1, head.ContentLength);
        Assert.Equal(["Host", "Connection", "Accept", "Cookie"], head.Headers.ToArray().Select(h => Text(h.NameOffset, h.NameLength)));
        Assert.Equal("a=1; b=2", Encoding.ASCII.GetString(head.Headers[3].Value(bytes)));

        string Text(int offset, int length) => Encoding.ASCII.GetString(bytes, offset, length);
    }

    [Fact]
    public void HeadersAreFoundByNameWithoutCaseAndAllOfThem()
    {
        var head = new RequestHead();
        var bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-ONE: 2\r\nX-Ones: 3\r\n\r\n"u8;
        HeadParser.Parse(bytes, head, ServerLimits.Default);

        var found = new List<string>();
        for (var i = head.Find(bytes, "x-one"u8); i >= 0; i = head.Find(bytes, "x-one"u8, i + 1))
            found.Add(Encoding.ASCII.GetString(head.Headers[i].Value(bytes)));

        Assert.Equal(["1", "2"], found);
        Assert.Equal(-1, head.Find(bytes, "x-two"u8));
    }

    [Fact]
    public void AResetHeadReadsTheNextRequest()
    {
        var head = new RequestHead();
        HeadParser.Parse("POST http://a/b?c HTTP/1.0\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"u8, head, ServerLimits.Default);
        Assert.Equal(5, head.ContentLength);

        head.Reset();

        Assert.Equal(HeadStatus.Complete, HeadParser.Parse("GET / HTTP/1.0\r\nConnection: close\r\nX: y\r\n\r\n"u8, head, ServerLimits.Default));
        Assert.Equal((MethodKind.Get, TargetForm.Origin, -1L, false, false, 2), (head.Method, head.TargetForm, head.ContentLength, head.HasQuery, head.KeepAlive, head.HeaderCount));
        Assert.Equal((0, 0), (head.QueryLength, head.HostLength));
    }

    [Theory]
    [InlineData("POST http://a/b?c HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nExpect: 100-continue, x\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("\r\nPOST /b?c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET /?q HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n")]
    public void AResetHeadIsLikeANewOne(string raw)
    {
        var head = new RequestHead();
        HeadParser.Parse(HeadOutcome.Bytes(raw), head, ServerLimits.Default);

        head.Reset();

        Assert.Equal(HeadOutcome.Everything(HeadStatus.Complete, new RequestHead()), HeadOutcome.Everything(HeadStatus.Complete, head));
        Assert.Equal((RejectReason.None, HeadStage.RequestLine, HeadFacts.None, 0, 0, 0), (head.RejectReason, head.Stage, head.Facts, head.NextLine, head.AuthorityOffset, head.AuthorityLength));
    }

    [Fact]
    public void BytesAfterTheHeadAreLeftAlone()
    {
        var head = new RequestHead();
        Assert.Equal(HeadStatus.Complete, HeadParser.Parse("GET / HTTP/1.0\r\n\r\n\0\0garbage"u8, head, ServerLimits.Default));
        Assert.Equal(18, head.Length);
    }
}
