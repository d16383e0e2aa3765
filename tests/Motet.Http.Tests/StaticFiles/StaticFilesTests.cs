using System.Text;

namespace Motet.Http.Tests;

public sealed class StaticFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a.txt", "text/plain; charset=utf-8")]
    [InlineData("a.HTML", "text/html; charset=utf-8")]
    [InlineData("a.js", "text/javascript; charset=utf-8")]
    [InlineData("a.css", "text/css; charset=utf-8")]
    [InlineData("a.json", "application/json")]
    [InlineData("a.svg", "image/svg+xml")]
    [InlineData("a.woff2", "font/woff2")]
    [InlineData("a.mp4", "video/mp4")]
    [InlineData("a.pdf", "application/pdf")]
    [InlineData("a.tar.gz", "application/gzip")]
    [InlineData("a.mine", "application/x-mine")]
    [InlineData("a.nothing-known", "application/octet-stream")]
    [InlineData("a", "application/octet-stream")]
    [InlineData("a.b c", "application/octet-stream")]
    public async Task AFileHasItsTypeAndValidators(string name, string type)
    {
        _directory.Write(name, "content");
        await using var server = await StartAsync(new StaticFilesOptions { MediaTypes = new Dictionary<string, string> { ["mine"] = "application/x-mine" } });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/" + Uri.EscapeDataString(name)));
        Assert.Equal(200, response.Status);
        Assert.Equal("content", response.Body);
        Assert.Equal(type, response["Content-Type"]);
        Assert.Equal("7", response["Content-Length"]);
        Assert.Equal("bytes", response["Accept-Ranges"]);
        Assert.Equal("no-cache", response["Cache-Control"]);
        Assert.Matches("^\"[0-9a-f]+-7\"$", response["ETag"]!);
        Assert.Equal(File.GetLastWriteTimeUtc(_directory.PathOf(name)).ToString("r"), response["Last-Modified"]);
        Assert.Null(response["Vary"]);

        var head = await client.AskAsync($"HEAD /{Uri.EscapeDataString(name)} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(response.Head.Split("\r\n").Where(line => !line.StartsWith("Date")), head.Head.Split("\r\n").Where(line => !line.StartsWith("Date")));
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/" + Uri.EscapeDataString(name)))).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(1024 * 1024)]
    [InlineData(1024 * 1024 + 1)]
    [InlineData(7_000_000)]
    public async Task FilesOfEverySizeArriveWhole(int length)
    {
        var content = TemporaryDirectory.RandomBytes(length);
        _directory.Write("a", content);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var response = await client.AskAsync(RawClient.Get("/a"));
            Assert.Equal(200, response.Status);
            Assert.Equal(content, response.BodyBytes);
            var part = await client.AskAsync(RawClient.Get("/a", "Range: bytes=-1\r\n"));
            if (length > 0) Assert.Equal(content[^1..], part.BodyBytes);
            await client.SendAsync("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal($"{length}", (await client.ReadResponseAsync(isToHead: true))["Content-Length"]);
        }

        await client.SendAsync(string.Concat(Enumerable.Repeat(RawClient.Get("/a"), 3)));
        for (var i = 0; i < 3; i++) Assert.Equal(content, (await client.ReadResponseAsync()).BodyBytes);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("DELETE /index.html HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /nothing/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /index.html/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /index.html/x HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /empty/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /pipe HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /device HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task EverythingElseReachesTheApplication(string request)
    {
        _directory.Write("index.html", "index");
        Directory.CreateDirectory(_directory.PathOf("empty"));
        TestLibc.MakePipe(_directory.PathOf("pipe"));
        _directory.Link("device", "/dev/zero");
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        Assert.Equal("application", (await client.AskAsync(request)).Body);
    }

    [Theory]
    [InlineData("/docs", "/docs/")]
    [InlineData("/docs?a=b&c", "/docs/?a=b&c")]
    [InlineData("/docs?", "/docs/?")]
    [InlineData("/d%6fcs", "/d%6fcs/")]
    public async Task ADirectoryIsRedirectedToItsSlash(string target, string location)
    {
        _directory.Write("docs/index.html", "index");
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get(target));
        Assert.Equal(301, response.Status);
        Assert.Equal(location, response["Location"]);
        Assert.Equal("index", (await client.AskAsync(RawClient.Get("/docs/"))).Body);
        Assert.Equal("text/html; charset=utf-8", (await client.AskAsync(RawClient.Get("/docs/?x")))["Content-Type"]);
    }

    [Theory]
    [InlineData("//docs")]
    [InlineData("///docs")]
    [InlineData("/\\docs")]
    [InlineData("//docs/..")]
    [InlineData("/%2fdocs")]
    public async Task NoRedirectLeadsToAnotherHost(string target)
    {
        _directory.Write("docs/index.html", "index");
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get(target));
        Assert.Equal("application", response.Body);
        Assert.Null(response["Location"]);
    }

    [Fact]
    public async Task TheFirstIndexFileThatIsThereStandsForItsDirectory()
    {
        _directory.Write("b.htm", "b");
        await using var server = await StartAsync(new StaticFilesOptions { IndexFiles = ["a.htm", "b.htm"], CheckInterval = TimeSpan.Zero });
        using var client = await server.ConnectAsync();
        Assert.Equal("b", (await client.AskAsync(RawClient.Get("/"))).Body);
        _directory.Write("a.htm", "a");
        Assert.Equal("a", (await client.AskAsync(RawClient.Get("/"))).Body);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task AFileThatHasToComeFromTheDiskArrivesWhole(int length)
    {
        var content = TemporaryDirectory.RandomBytes(length);
        TestLibc.DropFromMemory(_directory.Write("a", content));
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/a") + RawClient.Get("/a"));
        Assert.Equal(content, (await client.ReadResponseAsync()).BodyBytes);
        Assert.Equal(content, (await client.ReadResponseAsync()).BodyBytes);
    }

    [Fact]
    public async Task APrefixIsTakenOff()
    {
        _directory.Write("a.txt", "content");
        _directory.Write("d/index.html", "index");
        await using var server = await StartAsync(new StaticFilesOptions { PathPrefix = "/files" });
        using var client = await server.ConnectAsync();
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/files/a.txt"))).Body);
        Assert.Equal("/files/d/", (await client.AskAsync(RawClient.Get("/files/d")))["Location"]);
        foreach (var path in (string[])["/a.txt", "/filesa.txt", "/files", "/files/../a.txt", "/files//a.txt"]) Assert.Equal("application", (await client.AskAsync(RawClient.Get(path))).Body);
    }

    [Fact]
    public async Task CacheControlIsAsTheProgramSays()
    {
        _directory.Write("assets/a.js", "a");
        _directory.Write("index.html", "b");
        _directory.Write("none", "c");
        await using var server = await StartAsync(new StaticFilesOptions
        {
            CacheControlFor = path => path.StartsWith("assets/", StringComparison.Ordinal) ? "max-age=31536000, immutable" : path == "none" ? null : "no-store",
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("max-age=31536000, immutable", (await client.AskAsync(RawClient.Get("/assets/a.js")))["Cache-Control"]);
        Assert.Equal("no-store", (await client.AskAsync(RawClient.Get("/")))["Cache-Control"]);
        Assert.Null((await client.AskAsync(RawClient.Get("/none")))["Cache-Control"]);
    }

    [Fact]
    public async Task AValueThatWouldBeAnotherHeaderIsRefused()
    {
        _directory.Write("a.x", "a");
        Assert.Throws<ArgumentException>(() => new StaticFiles(_directory.Root, new StaticFilesOptions { CacheControl = "a\r\nb: c" }));
        Assert.Throws<ArgumentException>(() => new StaticFiles(_directory.Root, new StaticFilesOptions { MediaTypes = new Dictionary<string, string> { ["y"] = "a\r\nb: c" } }));
        await using var server = await StartAsync(new StaticFilesOptions
        {
            CacheControlFor = path => path == "a.x" ? "a\r\nb: c" : null,
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(500, (await client.AskAsync(RawClient.Get("/a.x"))).Status);
    }

    [Fact]
    public async Task ADirectoryThatIsNotThereYetIsServedOnceItIs()
    {
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.Zero }, root: "later");
        using var client = await server.ConnectAsync();
        Assert.Equal("application", (await client.AskAsync(RawClient.Get("/a"))).Body);
        _directory.Write("later/a", "content");
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/a"))).Body);
    }

    [Fact]
    public async Task ADeploymentThatMovesALinkIsSeen()
    {
        _directory.Write("../one/a", "one");
        _directory.Write("../two/a", "two");
        _directory.Link("../current", "one");
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.Zero }, root: "../current");
        using var client = await server.ConnectAsync();
        Assert.Equal("one", (await client.AskAsync(RawClient.Get("/a"))).Body);
        _directory.Link("../next", "two");
        TestLibc.Rename(_directory.PathOf("../next"), _directory.PathOf("../current"));
        Assert.Equal("two", (await client.AskAsync(RawClient.Get("/a"))).Body);
    }

    [Fact]
    public async Task AProgramSendsAFileThatItNames()
    {
        _directory.Write("page.html", "page");
        _directory.Write(".hidden", "hidden");
        _directory.Write("../outside", "outside");
        var files = new StaticFiles(_directory.Root);
        await using var server = await TestServer.StartAsync(request => files.SendAsync(request, Uri.UnescapeDataString(request.Query)));
        using var client = await server.ConnectAsync();
        Assert.Equal("page", (await client.AskAsync(RawClient.Get("/any?page.html"))).Body);
        Assert.Equal("page", (await client.AskAsync(RawClient.Get("/any?/page.html"))).Body);
        Assert.Equal("hidden", (await client.AskAsync(RawClient.Get("/any?.hidden"))).Body);
        foreach (var name in (string[])["../outside", "/../outside", "x/../page.html", "./page.html", "", "/", "page.html/", "//page.html", "page.html%00"])
        {
            Assert.Equal(404, (await client.AskAsync(RawClient.Get("/any?" + name))).Status);
        }
    }

    private Task<TestServer> StartAsync(StaticFilesOptions? options = null, string root = ".")
    {
        var files = new StaticFiles(_directory.PathOf(root), options);
        return TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync("application")));
    }
}
