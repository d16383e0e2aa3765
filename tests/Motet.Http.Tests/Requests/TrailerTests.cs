namespace Motet.Http.Tests;

/// <summary>Lines behind a body in chunks. RFC 9110 §6.5, RFC 9112 §7.1.2.</summary>
public class TrailerTests
{
    private const string Chunked = "POST /path HTTP/1.1\r\nHost: a\r\nX-Sum: header\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";

    private static string Describe(RequestHeaders headers) => string.Join(' ', headers.Select(line => $"{line.Key}={line.Value}"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TrailersAreThereOnceTheBodyWasReadToItsEnd(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Yield();
            var before = request.Trailers.Count;
            await request.Body.ReadExactlyAsync(new byte[2]);
            var within = request.Trailers.Count;
            await request.Body.ReadAllAsync(100);
            Assert.Equal("1", request.Trailers["x-SUM"]);
            Assert.Equal("1"u8, request.Trailers.GetBytes("x-sum"u8));
            Assert.Equal(["1", "3"], request.Trailers.GetAll("X-Sum"));
            Assert.True(request.Trailers.Contains("X-Other"));
            Assert.Equal("header", request.Headers["X-Sum"]);
            Assert.Null(request.Headers["X-Other"]);
            await request.RespondAsync($"{before} {within} {Describe(request.Trailers)}");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++) Assert.Equal("0 0 X-Sum=1 X-Other=2 X-Sum=3", (await client.AskAsync($"{Chunked}3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Other:2\r\nX-Sum:  3\r\n\r\n")).Body);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task RequestsWithoutTrailersHaveNone()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.Body.ReadAllAsync(100);
            await request.RespondAsync($"{request.Trailers.Count}{request.Trailers["X-Sum"]}{Describe(request.Trailers)}");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("1sX-Sum=s", (await client.AskAsync($"{Chunked}3\r\nabc\r\n0\r\nX-Sum: s\r\n\r\n")).Body);
        foreach (var request in (string[])[RawClient.Get(), RawClient.Post("abc"), RawClient.PostChunks("/", "abc"), RawClient.PostChunks("/")]) Assert.Equal("0", (await client.AskAsync(request)).Body);
    }

    [Fact]
    public async Task TrailersStayWhileTheHandlerWaits()
    {
        var read = new SemaphoreSlim(0);
        var go = new SemaphoreSlim(0);
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.Body.ReadAllAsync(100);
            read.Release();
            await go.WaitAsync();
            await request.RespondAsync(Describe(request.Trailers));
        });
        using var first = await server.ConnectAsync();
        using var second = await server.ConnectAsync();
        await first.SendAsync($"{Chunked}0\r\nX-Sum: first\r\n\r\n");
        await read.WaitAsync().Within();
        await second.SendAsync($"{Chunked}0\r\nX-Sum: second\r\n\r\n");
        await read.WaitAsync().Within();
        go.Release(2);
        Assert.Equal("X-Sum=first", (await first.ReadResponseAsync()).Body);
        Assert.Equal("X-Sum=second", (await second.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task TrailersOfARequestThatIsOverThrow()
    {
        HttpRequest? kept = null;
        await using var server = await TestServer.StartAsync(async request =>
        {
            kept = request;
            await request.Body.ReadAllAsync(100);
            await request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync($"{Chunked}0\r\nX-Sum: first\r\n\r\n");
        await server.Loop.InvokeAsync(() =>
        {
            Assert.Throws<InvalidOperationException>(() => kept!.Trailers.Count);
            Assert.Throws<InvalidOperationException>(() => kept!.ResponseTrailers);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ResponseTrailersFollowTheLastChunk(bool done)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.ResponseHeaders.Add("Trailer", "X-Sum");
            request.ResponseTrailers.Add("X-Sum", "1");
            await request.SendChunkAsync("abc");
            await Task.Yield();
            request.ResponseTrailers.Add("X-Sum", "2");
            request.ResponseTrailers.Add("Server-Timing", "db;dur=53");
            if (!done) return;
            await request.SendChunkAsync("", done: true);
            Assert.Throws<InvalidOperationException>(() => request.ResponseTrailers);
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(RawClient.Get());
            Assert.Contains("Trailer: X-Sum", await client.ReadHeadAsync());
            const string body = "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\nServer-Timing: db;dur=53\r\n\r\n";
            Assert.Equal(body, await client.ReadTextAsync(body.Length));
        }

        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("/whole", "GET /whole HTTP/1.1\r\nHost: a\r\n\r\n", "abc")]
    [InlineData("/counted", "GET /counted HTTP/1.1\r\nHost: a\r\n\r\n", "abc")]
    [InlineData("/stream to 1.0", "GET /stream HTTP/1.0\r\n\r\n", "abc")]
    [InlineData("/stream to HEAD", "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n", "")]
    [InlineData("/none", "GET /none HTTP/1.1\r\nHost: a\r\n\r\n", "")]
    public async Task ResponseTrailersAreDroppedWhereTheyHaveNoPlace(string what, string request, string body)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.ResponseTrailers.Add("X-Sum", "1");
            switch (request.Path)
            {
                case "/whole":
                    await request.RespondAsync("abc");
                    break;
                case "/none":
                    await request.SendHeadersAsync(HttpStatus.NoContent);
                    break;
                default:
                    await request.SendHeadersAsync(contentLength: request.Path == "/counted" ? 3 : null);
                    await request.SendChunkAsync("abc");
                    break;
            }
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(request + (what.EndsWith("1.0", StringComparison.Ordinal) ? "" : RawClient.Get("/counted", "Connection: close\r\n")));
        Assert.DoesNotContain("X-Sum", await client.ReadHeadAsync());
        Assert.Equal(body, await client.ReadTextAsync(body.Length));
        Assert.DoesNotContain("X-Sum", await client.ReadRestTextAsync());
    }

    [Fact]
    public async Task TrailersOfAFailedResponseAreNotThoseOfTheNext()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/throw")
            {
                request.ResponseTrailers.Add("X-Sum", "1");
                throw new FormatException();
            }

            await request.SendChunkAsync("abc");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Get("/throw"));
        await client.SendAsync(RawClient.Get("/", "Connection: close\r\n"));
        Assert.EndsWith("3\r\nabc\r\n0\r\n\r\n", await client.ReadRestTextAsync());
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("transfer-encoding")]
    [InlineData("Trailer")]
    [InlineData("Host")]
    [InlineData("Set-Cookie")]
    [InlineData("WWW-Authenticate")]
    [InlineData("Content-Type")]
    [InlineData("content-encoding")]
    [InlineData("Content-Range")]
    [InlineData("Cache-Control")]
    [InlineData("Location")]
    [InlineData("If-Match")]
    [InlineData("Connection")]
    [InlineData("Date")]
    [InlineData("bad name")]
    [InlineData("")]
    public async Task NameThatHasNoPlaceInATrailerIsRefused(string name)
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<ArgumentException>(() => request.ResponseTrailers.Add(name, "1"));
            Assert.Throws<ArgumentException>(() => request.ResponseTrailers.Add("X-Sum", "1\r\nX: y"));
            return request.SendChunkAsync("abc");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/", "Connection: close\r\n"));
        Assert.EndsWith("3\r\nabc\r\n0\r\n\r\n", await client.ReadRestTextAsync());
    }
}
