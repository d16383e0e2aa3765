namespace Motet.Http.Tests;

/// <summary>RFC 9110 §13 and §14 on a file of 1,000 bytes.</summary>
public sealed class ConditionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = TemporaryDirectory.RandomBytes(1000);

    public void Dispose() => _directory.Dispose();

    // {tag}: the file's ETag; {date}: its Last-Modified; {before}, {after}: a second off.
    [Theory]
    [InlineData("If-None-Match: {tag}", 304)]
    [InlineData("If-None-Match: W/{tag}", 304)]
    [InlineData("If-None-Match: *", 304)]
    [InlineData("If-None-Match: \"x\", {tag}", 304)]
    [InlineData("If-None-Match: \"x\",{tag},\"y\"", 304)]
    [InlineData("If-None-Match: \"x\"|If-None-Match: {tag}", 304)]
    [InlineData("If-None-Match: \"x\"", 200)]
    [InlineData("If-None-Match: x", 200)]
    [InlineData("If-None-Match: \"x", 200)]
    [InlineData("If-None-Match:", 200)]
    [InlineData("If-None-Match: \"x\"|If-Modified-Since: {date}", 200)]
    [InlineData("If-None-Match: {tag}|If-Modified-Since: {before}", 304)]
    [InlineData("If-Modified-Since: {date}", 304)]
    [InlineData("If-Modified-Since: {after}", 304)]
    [InlineData("If-Modified-Since: {before}", 200)]
    [InlineData("If-Modified-Since: yesterday", 200)]
    [InlineData("If-Modified-Since: {date}|If-Modified-Since: {date}", 200)]
    [InlineData("If-Match: {tag}", 200)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-Match: W/{tag}", 412)]
    [InlineData("If-Match: \"x\"", 412)]
    [InlineData("If-Match: \"x\", {tag}", 200)]
    [InlineData("If-Match: {tag}|If-Unmodified-Since: {before}", 200)]
    [InlineData("If-Match: {tag}|If-None-Match: {tag}", 304)]
    [InlineData("If-Match: \"x\"|If-None-Match: {tag}", 412)]
    [InlineData("If-Unmodified-Since: {date}", 200)]
    [InlineData("If-Unmodified-Since: {before}", 412)]
    [InlineData("If-Unmodified-Since: x", 200)]
    [InlineData("Range: bytes=0-9", 206)]
    [InlineData("range: bytes=0-9", 206)]
    [InlineData("Range: bytes=1000-", 416)]
    [InlineData("Range: bytes=9-0", 200)]
    [InlineData("Range: bytes=0-9|Range: bytes=20-29", 200)]
    [InlineData("Range: bytes=0-9|If-Range: {tag}", 206)]
    [InlineData("Range: bytes=0-9|If-Range: W/{tag}", 200)]
    [InlineData("Range: bytes=0-9|If-Range: \"x\"", 200)]
    [InlineData("Range: bytes=0-9|If-Range: {date}", 206)]
    [InlineData("Range: bytes=0-9|If-Range: {after}", 200)]
    [InlineData("Range: bytes=0-9|If-Range: {before}", 200)]
    [InlineData("Range: bytes=0-9|If-Range: x", 200)]
    [InlineData("Range: bytes=0-9|If-Range:", 200)]
    [InlineData("Range: bytes=1000-|If-Range: \"x\"", 200)]
    [InlineData("Range: bytes=0-9|If-None-Match: {tag}", 304)]
    [InlineData("Range: bytes=0-9|If-Match: \"x\"", 412)]
    [InlineData("Range: bytes=1000-|If-None-Match: {tag}", 304)]
    public async Task TheConditionsAreWeighedInTheOrderOfTheRfc(string lines, int status)
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var plain = await client.AskAsync(RawClient.Get("/a.bin"));
        var date = DateTimeOffset.Parse(plain["Last-Modified"]!, System.Globalization.CultureInfo.InvariantCulture);
        lines = lines.Replace("{tag}", plain["ETag"]).Replace("{date}", date.ToString("r")).Replace("{before}", date.AddSeconds(-1).ToString("r")).Replace("{after}", date.AddSeconds(1).ToString("r"));
        var response = await client.AskAsync(RawClient.Get("/a.bin", lines.Replace("|", "\r\n") + "\r\n"));
        Assert.Equal(status, response.Status);
        switch (status)
        {
            case 200:
                Assert.Equal(_content, response.BodyBytes);
                Assert.Null(response["Content-Range"]);
                break;
            case 206:
                Assert.Equal(_content[..10], response.BodyBytes);
                Assert.Equal("bytes 0-9/1000", response["Content-Range"]);
                Assert.Equal(plain["ETag"], response["ETag"]);
                Assert.Equal(plain["Content-Type"], response["Content-Type"]);
                break;
            case 304:
                Assert.Equal(plain["ETag"], response["ETag"]);
                Assert.Equal("no-cache", response["Cache-Control"]);
                foreach (var name in (string[])["Content-Type", "Content-Length", "Last-Modified", "Accept-Ranges", "Content-Range"]) Assert.Null(response[name]);
                break;
            case 416:
                Assert.Equal("bytes */1000", response["Content-Range"]);
                break;
        }

        // The connection has stayed in step.
        Assert.Equal(_content, (await client.AskAsync(RawClient.Get("/a.bin"))).BodyBytes);
    }

    [Fact]
    public async Task HeadKnowsNoRanges()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("HEAD /a.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal("1000", response["Content-Length"]);
        Assert.Equal(304, (await client.AskAsync($"HEAD /a.bin HTTP/1.1\r\nHost: a\r\nIf-None-Match: {response["ETag"]}\r\n\r\n")).Status);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public async Task SeveralRangesComeInParts(int length)
    {
        var content = TemporaryDirectory.RandomBytes(length);
        _directory.Write("b.txt", content);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/b.txt", "Range: bytes=500-599,0-9,-10\r\n"));
        Assert.Equal(206, response.Status);
        Assert.StartsWith("multipart/byteranges; boundary=", response["Content-Type"]);
        Assert.Null(response["Content-Range"]);
        var boundary = response["Content-Type"]!.Split('=')[1];
        var expected = new MemoryStream();
        foreach (var (first, count) in ((int, int)[])[(500, 100), (0, 10), (length - 10, 10)])
        {
            expected.Write(System.Text.Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes {first}-{first + count - 1}/{length}\r\n\r\n"));
            expected.Write(content.AsSpan(first, count));
        }

        expected.Write(System.Text.Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        Assert.Equal(expected.ToArray(), response.BodyBytes);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/b.txt"))).Status);
    }

    [Fact]
    public async Task TheDateOfAFileOfThisSecondMayBeThatOfAnotherContent()
    {
        _directory.Write("new", _content, secondsAgo: -1);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var modified = (await client.AskAsync(RawClient.Get("/new")))["Last-Modified"];
        Assert.NotNull(modified);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/new", $"Range: bytes=0-9\r\nIf-Range: {modified}\r\n"))).Status);
    }

    [Fact]
    public async Task TheTagIsTheSameForTheSameFileElsewhereAndAnotherForAnother()
    {
        var copy = _directory.Write("copy.bin", _content);
        File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(_directory.Write("a.bin", _content)));
        _directory.Write("other.bin", _content, secondsAgo: 100);
        await using var server = await StartAsync();
        await using var again = await StartAsync();
        using var client = await server.ConnectAsync();
        using var other = await again.ConnectAsync();
        var tag = (await client.AskAsync(RawClient.Get("/a.bin")))["ETag"];
        Assert.Equal(tag, (await other.AskAsync(RawClient.Get("/a.bin")))["ETag"]);
        Assert.Equal(tag, (await client.AskAsync(RawClient.Get("/copy.bin")))["ETag"]);
        Assert.NotEqual(tag, (await client.AskAsync(RawClient.Get("/other.bin")))["ETag"]);
    }

    private Task<TestServer> StartAsync()
    {
        if (!File.Exists(_directory.PathOf("a.bin"))) _directory.Write("a.bin", _content);
        var files = new StaticFiles(_directory.Root);
        return TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
    }
}
