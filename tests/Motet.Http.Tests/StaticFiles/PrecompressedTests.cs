namespace Motet.Http.Tests;

public sealed class PrecompressedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null, "plain")]
    [InlineData("", "plain")]
    [InlineData("gzip", "gz")]
    [InlineData("br", "br")]
    [InlineData("zstd", "zst")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, br;q=0.5", "gz")]
    [InlineData("gzip;q=0.5, br;q=0.5, zstd;q=0.5", "br")]
    [InlineData("gzip;q=0", "plain")]
    [InlineData("*", "br")]
    [InlineData("*;q=0", "plain")]
    [InlineData("br;q=0, *", "zst")]
    [InlineData("identity, gzip;q=0.5", "plain")]
    [InlineData("identity;q=0, gzip;q=0.1", "gz")]
    [InlineData("deflate", "plain")]
    [InlineData("GZIP", "gz")]
    public async Task TheClientGetsTheCodingItLikesBest(string? accept, string expected)
    {
        WriteAll(10);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/a.js", accept is null ? "" : $"Accept-Encoding: {accept}\r\n"));
        Assert.Equal(expected, response.Body);
        Assert.Equal(expected switch { "gz" => "gzip", "br" => "br", "zst" => "zstd", _ => null }, response["Content-Encoding"]);
        Assert.Equal("text/javascript; charset=utf-8", response["Content-Type"]);
        Assert.Equal("Accept-Encoding", response["Vary"]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public async Task EachCodingHasItsOwnTagAndRanges(int length)
    {
        WriteAll(length);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var tags = new HashSet<string>();
        foreach (var accept in (string[])["identity", "gzip", "br", "zstd"])
        {
            var response = await client.AskAsync(RawClient.Get("/a.js", $"Accept-Encoding: {accept}\r\n"));
            Assert.True(tags.Add(response["ETag"]!));
            var part = await client.AskAsync(RawClient.Get("/a.js", $"Accept-Encoding: {accept}\r\nRange: bytes=1-\r\nIf-Range: {response["ETag"]}\r\n"));
            Assert.Equal(206, part.Status);
            Assert.Equal(response.BodyBytes[1..], part.BodyBytes);
            Assert.Equal(response["Content-Encoding"], part["Content-Encoding"]);
            var same = await client.AskAsync(RawClient.Get("/a.js", $"Accept-Encoding: {accept}\r\nIf-None-Match: {response["ETag"]}\r\n"));
            Assert.Equal(304, same.Status);
            Assert.Equal("Accept-Encoding", same["Vary"]);
        }
    }

    [Fact]
    public async Task ASiblingThatIsOlderIsPassedOver()
    {
        _directory.Write("a.js", "plain");
        _directory.Write("a.js.br", System.Text.Encoding.ASCII.GetBytes("old"), secondsAgo: 7200);
        await using var server = await StartAsync(TimeSpan.Zero);
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/a.js", "Accept-Encoding: br\r\n"));
        Assert.Equal("plain", response.Body);
        Assert.Null(response["Vary"]);

        // Made anew, it counts; made stale by a change of its original, it does no more.
        _directory.Write("a.js.br", System.Text.Encoding.ASCII.GetBytes("new"), secondsAgo: 1000);
        Assert.Equal("new", (await client.AskAsync(RawClient.Get("/a.js", "Accept-Encoding: br\r\n"))).Body);
        _directory.Write("a.js", System.Text.Encoding.ASCII.GetBytes("changed"), secondsAgo: 500);
        Assert.Equal("changed", (await client.AskAsync(RawClient.Get("/a.js", "Accept-Encoding: br\r\n"))).Body);
    }

    [Fact]
    public async Task ASiblingWithoutItsOriginalIsNotServedInItsName()
    {
        _directory.Write("a.js.br", "br");
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        Assert.Equal(404, (await client.AskAsync(RawClient.Get("/a.js", "Accept-Encoding: br\r\n"))).Status);
        Assert.Null((await client.AskAsync(RawClient.Get("/a.js.br")))["Content-Encoding"]);
    }

    private void WriteAll(int length)
    {
        foreach (var (name, text) in ((string, string)[])[("a.js", "plain"), ("a.js.gz", "gz"), ("a.js.br", "br"), ("a.js.zst", "zst")])
        {
            _directory.Write(name, length > 10 ? text + new string('.', length) : text);
            File.SetLastWriteTimeUtc(_directory.PathOf(name), new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        }
    }

    private Task<TestServer> StartAsync(TimeSpan? checkInterval = null)
    {
        var files = new StaticFiles(_directory.Root, checkInterval is { } interval ? new StaticFilesOptions { CheckInterval = interval } : null);
        return TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
    }

    [Fact]
    public async Task ATagOfTheHandlersOwnTellsTheCodingsApart()
    {
        _directory.Write("a.txt", "identity 0123456789");
        _directory.Write("a.txt.gz", "gzipped! abcdefghij");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.Add("ETag", "\"v1\"");
            return files.SendAsync(request, "a.txt");
        });
        using var client = await server.ConnectAsync();
        const string Gzip = "Accept-Encoding: gzip\r\n";
        Assert.Equal(["\"v1\""], (await client.AskAsync(RawClient.Get())).All("ETag"));
        Assert.Equal(["\"v1-gzip\""], (await client.AskAsync(RawClient.Get("/", Gzip))).All("ETag"));
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/", Gzip + "Range: bytes=9-\r\nIf-Range: \"v1\"\r\n"))).Status);
        Assert.Equal("abcdefghij", (await client.AskAsync(RawClient.Get("/", Gzip + "Range: bytes=9-\r\nIf-Range: \"v1-gzip\"\r\n"))).Body);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/", Gzip + "If-None-Match: \"v1\"\r\n"))).Status);
        var same = await client.AskAsync(RawClient.Get("/", Gzip + "If-None-Match: \"v1-gzip\"\r\n"));
        Assert.Equal(304, same.Status);
        Assert.Equal(["\"v1-gzip\""], same.All("ETag"));
    }

    [Fact]
    public async Task TheDateOfOneCodingIsNoConditionForARangeOfAnother()
    {
        var plain = _directory.Write("a.txt", "identity 0123456789");
        File.SetLastWriteTimeUtc(_directory.Write("a.txt.gz", "gzipped! abcdefghij"), File.GetLastWriteTimeUtc(plain));
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(request => files.SendAsync(request, "a.txt"));
        using var client = await server.ConnectAsync();
        var date = (await client.AskAsync(RawClient.Get()))["Last-Modified"];
        Assert.NotNull(date);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/", $"Accept-Encoding: gzip\r\nRange: bytes=9-\r\nIf-Range: {date}\r\n"))).Status);
    }
}
