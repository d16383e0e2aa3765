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
}
