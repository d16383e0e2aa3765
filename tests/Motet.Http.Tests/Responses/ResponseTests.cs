using System.Globalization;

namespace Motet.Http.Tests;

/// <summary>Responses made in one piece.</summary>
public class ResponseTests
{
    [Fact]
    public async Task TextIsSentAsUtf8WithItsLength()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("žluťoučký"));
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal("žluťoučký", response.Body);
        Assert.Equal("13", response["Content-Length"]);
        Assert.Equal("text/plain; charset=utf-8", response["Content-Type"]);
    }

    [Fact]
    public async Task EachResponseHasTheDate()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(request.Path == "/" ? HttpStatus.OK : HttpStatus.NotFound, ""));
        using var client = await server.ConnectAsync();
        foreach (var request in (string[])[RawClient.Get(), RawClient.Get("/none"), "bad\r\n\r\n"])
        {
            var before = DateTimeOffset.UtcNow;
            var response = await client.AskAsync(request);
            var date = DateTimeOffset.ParseExact(response["Date"]!, "r", CultureInfo.InvariantCulture);
            Assert.InRange(date, before.AddSeconds(-1.5), DateTimeOffset.UtcNow);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3 * 1024)]
    [InlineData((3 * 1024) + 1)]
    [InlineData(100_000)]
    [InlineData(5_000_000)]
    public async Task BodyOfAnySizeComesWhole(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        var text = new string('z', length);
        await using var server = await TestServer.StartAsync(request => request.Path == "/text" ? request.RespondAsync(text) : request.RespondAsync(bytes, "application/octet-stream"));
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/text") + RawClient.Get("/bytes") + RawClient.Get("/text"));
        Assert.Equal(text, (await client.ReadResponseAsync()).Body);
        Assert.Equal(bytes, (await client.ReadResponseAsync()).BodyBytes);
        Assert.Equal(text, (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("bytes")]
    [InlineData("long")]
    [InlineData("counted")]
    [InlineData("chunked")]
    public async Task HeadIsAnsweredAsGetButWithoutTheBody(string kind)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            switch (kind)
            {
                case "text":
                    await request.RespondAsync("hello");
                    break;
                case "bytes":
                    await request.RespondAsync("hello"u8.ToArray());
                    break;
                case "long":
                    await request.RespondAsync(new string('x', 100_000));
                    break;
                default:
                    await request.SendHeadersAsync(contentLength: kind == "counted" ? 5 : null);
                    await request.SendChunkAsync("hello", done: true);
                    break;
            }
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            var get = await client.AskAsync(RawClient.Get());
            var head = await client.AskAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(get["Content-Length"], head["Content-Length"]);
            Assert.Equal(get["Transfer-Encoding"], head["Transfer-Encoding"]);
            Assert.Empty(head.BodyBytes);
        }
    }

    [Theory]
    [InlineData(204, null)]
    [InlineData(304, null)]
    [InlineData(205, "0")]
    public async Task StatusWithoutContentSendsNone(int status, string? length)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/respond") await request.RespondAsync((HttpStatus)status, "ignored");
            if (request.Path == "/bytes") await request.RespondAsync((HttpStatus)status, new byte[10]);
            if (request.Path == "/status") await request.RespondAsync((HttpStatus)status);
            if (request.Path != "/send") return;
            await request.SendHeadersAsync((HttpStatus)status);
            await request.SendChunkAsync("ignored", done: true);
        });
        using var client = await server.ConnectAsync();
        foreach (var path in (string[])["/respond", "/bytes", "/status", "/send"])
        {
            var response = await client.AskAsync(RawClient.Get(path));
            Assert.Equal(status, response.Status);
            Assert.Equal(length, response["Content-Length"]);
            Assert.Null(response["Transfer-Encoding"]);
            Assert.Empty(response.BodyBytes);
        }
    }

    [Fact]
    public async Task SuccessfulConnectHasNoFramingAndEndsTheConnection()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("ignored"), options: new HttpOptions { AllowConnect = true });
        using var client = await server.ConnectAsync();
        await client.SendAsync("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.DoesNotContain("Content-Length", head);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task HeadersOfTheHandlerAreSentAsGiven()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("Set-Cookie", "a=b");
            request.ResponseHeaders.Add("Set-Cookie", "c=d");
            if (request.Path == "/1") request.ResponseHeaders.Add("X-Once", new string('v', 10_000));
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        var first = await client.AskAsync(RawClient.Get("/1"));
        Assert.Equal(["a=b", "c=d"], first.All("Set-Cookie"));
        Assert.Equal(10_000, first["X-Once"]!.Length);
        Assert.Null((await client.AskAsync(RawClient.Get("/2")))["X-Once"]);
    }

    [Fact]
    public async Task ContentTypeAmongTheHeadersReplacesTheOther()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("content-type", "text/html");
            return request.RespondAsync("<p>");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(["text/html"], (await client.AskAsync(RawClient.Get())).All("Content-Type"));
    }

    public static TheoryData<string, string> Injections => new()
    {
        { "X", "a\r\nSet-Cookie: b" },
        { "X", "a\nb" },
        { "X", "a\rb" },
        { "X", "a\0b" },
        { "X", "\u010d\u010a" },
        { "X", "a\u00e9" },
        { "X: a\r\nY", "b" },
        { "X ", "b" },
        { "", "b" },
        { "X\u010a", "b" },
        { "Content-Length", "0" },
        { "transfer-encoding", "chunked" },
        { "Connection", "close" },
        { "Keep-Alive", "1" },
        { "Date", "now" },
    };

    [Theory]
    [MemberData(nameof(Injections))]
    public async Task HeaderThatWouldBreakTheResponseIsRefused(string name, string value)
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<ArgumentException>(() => request.ResponseHeaders.Add(name, value));
            return request.RespondAsync("safe");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("safe", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task MediaTypeThatWouldBreakTheResponseIsRefused()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<ArgumentException>(() => { _ = request.RespondAsync("", "a\r\nX: b"); });
            Assert.Throws<ArgumentException>(() => { _ = request.RespondAsync(new byte[1], "a\u010a"); });
            Assert.Throws<ArgumentException>(() => { _ = request.SendHeadersAsync(contentType: "a\nb"); });
            return request.RespondAsync("safe");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("safe", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(199)]
    [InlineData(1000)]
    [InlineData(-200)]
    public async Task StatusThatCannotEndARequestIsRefusedAndLeavesTheResponseOpen(int status)
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = request.RespondAsync((HttpStatus)status); });
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = request.SendHeadersAsync((HttpStatus)status); });
            return request.RespondAsync("safe");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("safe", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task StatusWithoutANameIsSentAsItIs()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync((HttpStatus)599));
        using var client = await server.ConnectAsync();
        Assert.StartsWith("HTTP/1.1 599 \r\n", (await client.AskAsync(RawClient.Get())).Head);
    }

    [Fact]
    public async Task RespondingTwiceIsRefused()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.RespondAsync("first");
            Assert.True(request.HasResponseStarted);
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync("second"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync(new byte[1]); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendHeadersAsync(); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("second"); });
            Assert.Throws<InvalidOperationException>(() => request.ResponseHeaders.Add("X", "y"));
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal("first", (await client.AskAsync(RawClient.Get())).Body);
    }
}
