namespace Motet.Http.Tests;

/// <summary>Files that handlers send: themselves, or by X-Sendfile.</summary>
public sealed class SendFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(3_000_000)]
    public async Task AHandlerSendsAFileByItsPath(int length)
    {
        var content = TemporaryDirectory.RandomBytes(length);
        var path = _directory.Write("a.pdf", content);
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("Content-Disposition", "attachment");
            return request.SendFileAsync(path);
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal(200, response.Status);
        Assert.Equal(content, response.BodyBytes);
        Assert.Equal("application/pdf", response["Content-Type"]);
        Assert.Equal("attachment", response["Content-Disposition"]);
        Assert.Equal(304, (await client.AskAsync(RawClient.Get("/", $"If-None-Match: {response["ETag"]}\r\n"))).Status);
        if (length > 5) Assert.Equal(content[5..], (await client.AskAsync(RawClient.Get("/", "Range: bytes=5-\r\n"))).BodyBytes);
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal($"{length}", (await client.ReadResponseAsync(isToHead: true))["Content-Length"]);
        Assert.Equal(content, (await client.AskAsync("POST / HTTP/1.0\r\nConnection: keep-alive\r\nRange: bytes=5-\r\n\r\n")).BodyBytes);
        Assert.Equal(content, (await client.AskAsync(RawClient.Get())).BodyBytes);
    }

    [Fact]
    public async Task AHandlerSendsAFileThatItHasOpen()
    {
        using var file = File.OpenHandle(_directory.Write("a", "content"));
        await using var server = await TestServer.StartAsync(async request =>
        {
            await Task.Yield();
            await request.SendFileAsync(file, "text/plain");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var response = await client.AskAsync(RawClient.Get());
            Assert.Equal("content", response.Body);
            Assert.Equal("text/plain", response["Content-Type"]);
        }
    }

    [Fact]
    public async Task AnEntityTagOfTheHandlersOwnCounts()
    {
        var path = _directory.Write("a", "content" + new string('.', 1000));
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("ETag", "\"v1\"");
            request.ResponseHeaders.Add("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
            request.ResponseHeaders.Add("Content-Type", "text/x-own");
            return request.SendFileAsync(path);
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal(["\"v1\""], response.All("ETag"));
        Assert.Equal(["Sun, 06 Nov 1994 08:49:37 GMT"], response.All("Last-Modified"));
        Assert.Equal(["text/x-own"], response.All("Content-Type"));
        Assert.Equal(304, (await client.AskAsync(RawClient.Get("/", "If-None-Match: \"v1\"\r\n"))).Status);
        Assert.Equal("ont", (await client.AskAsync(RawClient.Get("/", "If-Range: \"v1\"\r\nRange: bytes=1-3\r\n"))).Body);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/", "Range: bytes=1-1,906-906\r\n"))).Status);
    }

    [Theory]
    [InlineData("missing", typeof(FileNotFoundException))]
    [InlineData(".", typeof(FileNotFoundException))]
    [InlineData("pipe", typeof(FileNotFoundException))]
    [InlineData("a/b", typeof(DirectoryNotFoundException))]
    public async Task WhatIsNoFileThrows(string name, Type expected)
    {
        _directory.Write("a", "content");
        TestLibc.MakePipe(_directory.PathOf("pipe"));
        await using var server = await TestServer.StartAsync(async request =>
        {
            var exception = await Assert.ThrowsAnyAsync<IOException>(async () => await request.SendFileAsync(_directory.PathOf(name)));
            Assert.False(request.HasResponseStarted);
            await request.RespondAsync(exception.GetType().Name);
        });
        using var client = await server.ConnectAsync();
        Assert.Contains((await client.AskAsync(RawClient.Get())).Body, (string[])[expected.Name, nameof(FileNotFoundException), nameof(IOException)]);
    }

    [Theory]
    [InlineData("a.txt", 200)]
    [InlineData("/a.txt", 404)]
    [InlineData("{root}/a.txt", 200)]
    [InlineData("{root}/../outside.txt", 404)]
    [InlineData("{root}2/a.txt", 404)]
    [InlineData("../outside.txt", 404)]
    [InlineData("d/../a.txt", 404)]
    [InlineData("link", 404)]
    [InlineData("missing", 404)]
    [InlineData("/etc/passwd", 404)]
    [InlineData("d", 404)]
    public async Task AHandlerNamesAFileInXSendfile(string value, int status)
    {
        _directory.Write("a.txt", "content");
        _directory.Write("d/index.html", "index");
        _directory.Write("../outside.txt", "outside");
        _directory.Write("../root2/a.txt", "outside");
        _directory.Link("link", "../outside.txt");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(files.WithSendfile(request =>
        {
            request.ResponseHeaders.Add("X-First", "1");
            request.ResponseHeaders.Add("x-sendfile", value.Replace("{root}", _directory.Root));
            request.ResponseHeaders.Add("X-Last", "2");
            return request.Path switch
            {
                "/text" => request.RespondAsync("body"),
                "/bytes" => request.RespondAsync(new byte[100_000]),
                _ => request.RespondAsync(HttpStatus.NoContent),
            };
        }));
        using var client = await server.ConnectAsync();
        foreach (var path in (string[])["/text", "/bytes", "/none"])
        {
            var response = await client.AskAsync(RawClient.Get(path));
            Assert.Equal(status, response.Status);
            if (status == 200) Assert.Equal("content", response.Body);
            Assert.Null(response["X-Sendfile"]);
            Assert.Equal("1", response["X-First"]);
            Assert.Equal("2", response["X-Last"]);
        }

        if (status == 200) Assert.Equal("ont", (await client.AskAsync(RawClient.Get("/", "Range: bytes=1-3\r\n"))).Body);
        if (status == 200) Assert.Equal("content", (await client.AskAsync(RawClient.Post("x"))).Body);
    }

    [Fact]
    public async Task XSendfileIsAnOrdinaryHeaderWhereNobodyAllowedIt()
    {
        _directory.Write("a.txt", "content");
        var files = new StaticFiles(_directory.Root);
        var allowed = files.WithSendfile(request => request.RespondAsync("body"));
        await using var server = await TestServer.StartAsync(request =>
        {
            if (request.Path == "/allowed") return allowed(request);
            request.ResponseHeaders.Add("X-Sendfile", "a.txt");
            return request.RespondAsync("body");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("body", (await client.AskAsync(RawClient.Get("/allowed"))).Body);
        var response = await client.AskAsync(RawClient.Get("/other"));
        Assert.Equal("body", response.Body);
        Assert.Equal("a.txt", response["X-Sendfile"]);
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(100_000)]
    public async Task AFileInPlaceOfABodyIsNotCompressed(int length)
    {
        _directory.Write("a.txt", "content");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(ResponseCompression.Default.Wrap(files.WithSendfile(request =>
        {
            request.ResponseHeaders.Add("X-Sendfile", "a.txt");
            return request.RespondAsync(new string('x', length));
        })));
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/", "Accept-Encoding: br\r\n"));
        Assert.Equal((200, "content"), (response.Status, response.Body));
        Assert.Null(response["Content-Encoding"]);
        Assert.Null(response["X-Sendfile"]);
    }

    [Fact]
    public async Task APathThatANulWouldCutShortIsRefused()
    {
        var secret = _directory.Write("secret.txt", "secret");
        await using var server = await TestServer.StartAsync(async request =>
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await request.SendFileAsync(secret + "\0.png"));
            await request.RespondAsync("refused");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("refused", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task XSendfileIsNeverSentToTheClient()
    {
        var path = _directory.Write("a.txt", "content");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(files.WithSendfile(async request =>
        {
            request.ResponseHeaders.Add("X-Sendfile", "a.txt");
            request.ResponseHeaders.Add("x-sendfile", "/srv/other");
            request.ResponseHeaders.Add("X-Last", "1");
            switch (request.Path)
            {
                case "/chunk":
                    await request.SendChunkAsync("body", done: true);
                    break;
                case "/headers":
                    await request.SendHeadersAsync();
                    break;
                case "/file":
                    await request.SendFileAsync(path);
                    break;
                default:
                    await request.RespondAsync("body");
                    break;
            }
        }));
        using var client = await server.ConnectAsync();
        foreach (var target in (string[])["/chunk", "/headers", "/file", "/"])
        {
            var response = await client.AskAsync(RawClient.Get(target));
            Assert.Equal((200, "1"), (response.Status, response["X-Last"]));
            Assert.Empty(response.All("X-Sendfile"));
        }
    }

    [Theory]
    [InlineData("missing", "", 404)]
    [InlineData("a.txt", "Range: bytes=50-\r\n", 416)]
    [InlineData("a.txt", "If-Match: \"x\"\r\n", 412)]
    public async Task WhatIsSaidOfTheFileIsNotSaidOfTheErrorInItsPlace(string name, string lines, int status)
    {
        _directory.Write("a.txt", "content");
        _directory.Write("../pages/404.html", "<p>page");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(
            files.WithSendfile(request =>
            {
                request.ResponseHeaders.Add("Content-Type", "application/pdf");
                request.ResponseHeaders.Add("Content-Disposition", "attachment");
                request.ResponseHeaders.Add("Cache-Control", "public, max-age=31536000");
                request.ResponseHeaders.Add("Expires", "Sun, 06 Nov 2094 08:49:37 GMT");
                request.ResponseHeaders.Add("ETag", "\"v\"");
                request.ResponseHeaders.Add("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
                request.ResponseHeaders.Add("Content-Encoding", "gzip");
                request.ResponseHeaders.Add("X-Own", "kept");
                request.ResponseHeaders.Add("X-Sendfile", name);
                return request.RespondAsync(HttpStatus.OK);
            }),
            options: new HttpOptions { ErrorPages = ErrorPages.Load(_directory.PathOf("../pages")) });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/", lines));
        Assert.Equal((status, "kept"), (response.Status, response["X-Own"]));
        foreach (var header in (string[])["Content-Disposition", "Cache-Control", "Expires", "ETag", "Last-Modified", "Content-Encoding"]) Assert.Null(response[header]);
        Assert.Equal(status == 404 ? "text/html; charset=utf-8" : null, response["Content-Type"]);
    }

    [Fact]
    public async Task AnErrorPageHasItsOwnType()
    {
        _directory.Write("404.html", "<p>page");
        await using var server = await TestServer.StartAsync(
            request =>
            {
                request.ResponseHeaders.Add("Content-Type", "application/pdf");
                request.ResponseHeaders.Add("Content-Encoding", "gzip");
                return request.RespondAsync(HttpStatus.NotFound);
            },
            options: new HttpOptions { ErrorPages = ErrorPages.Load(_directory.Root) });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal(["text/html; charset=utf-8"], response.All("Content-Type"));
        Assert.Null(response["Content-Encoding"]);
    }

    [Theory]
    [InlineData("If-None-Match: W/\"v1\"", 304)]
    [InlineData("If-None-Match: \"v1\"", 304)]
    [InlineData("If-None-Match: \"v2\"", 200)]
    [InlineData("If-Match: W/\"v1\"", 412)]
    [InlineData("If-Match: \"v1\"", 412)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-Range: W/\"v1\"", 200)]
    [InlineData("If-Range: \"v1\"", 200)]
    public async Task AWeakTagOfTheHandlersOwnIsWeak(string condition, int status)
    {
        var path = _directory.Write("a", "content");
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("ETag", "W/\"v1\"");
            return request.SendFileAsync(path);
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(status, (await client.AskAsync(RawClient.Get("/", (condition.StartsWith("If-Range", StringComparison.Ordinal) ? "Range: bytes=1-3\r\n" : "") + condition + "\r\n"))).Status);
    }
}
