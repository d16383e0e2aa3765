using System.IO.Compression;
using System.Text;

namespace Motet.Http.Tests;

public class CompressionTests
{
    private const string Both = "Accept-Encoding: gzip, br\r\n";

    private static readonly string Text = string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n"));

    public static TheoryData<string, string, int> Ways()
    {
        var data = new TheoryData<string, string, int>();
        foreach (var coding in (string[])["br", "gzip"])
        {
            foreach (var way in (string[])["text", "bytes", "chunks", "length", "open"])
            {
                foreach (var size in (int[])[1_024, 32_767, 32_768, 32_769, 65_536, 65_537, 3_000_000]) data.Add(coding, way, size);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ResponseComesOutAsItWas(string coding, string way, int size)
    {
        var text = new string('t', size - 1000) + Text[..1000];
        var bytes = Encoding.ASCII.GetBytes(text);
        await using var server = await StartAsync(async request =>
        {
            switch (way)
            {
                case "text":
                    await request.RespondAsync(text);
                    break;
                case "bytes":
                    await request.RespondAsync(bytes, "text/plain");
                    break;
                default:
                    await request.SendHeadersAsync(contentType: "text/plain", contentLength: way == "length" ? size : null);
                    await request.SendChunkAsync(bytes.AsMemory(0, 500));
                    await request.SendChunkAsync(ReadOnlyMemory<byte>.Empty);
                    await request.SendChunkAsync(bytes.AsMemory(500), done: way == "chunks");
                    break;
            }
        });
        using var client = await server.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            var response = await client.AskAsync(RawClient.Get(lines: $"Accept-Encoding: {coding}\r\n"));
            Assert.Equal(coding, response["Content-Encoding"]);
            Assert.Equal("Accept-Encoding", response["Vary"]);
            Assert.Equal(way is "text" or "bytes" && size <= 65_536, response["Content-Length"] is not null);
            Assert.True(response.BodyBytes.Length < size);
            Assert.Equal(text, Decode(response));
        }

        Assert.Equal(text, (await client.AskAsync(RawClient.Get())).Body);
        using var old = await server.ConnectAsync();
        Assert.Equal(text, Decode(await old.AskAsync($"GET / HTTP/1.0\r\nAccept-Encoding: {coding}\r\n\r\n")));
    }

    [Theory]
    [InlineData("br;q=0.5, gzip", "gzip")]
    [InlineData("gzip;q=0.5, br;q=0.5", "br")]
    [InlineData("*", "br")]
    [InlineData("*, br;q=0", "gzip")]
    [InlineData("identity, gzip;q=0.5", null)]
    [InlineData("gzip;q=0", null)]
    [InlineData("deflate, zstd", null)]
    [InlineData("*;q=0", null)]
    [InlineData("identity;q=0, gzip;q=0.1", "gzip")]
    [InlineData("", null)]
    public async Task ClientDecidesOnTheCoding(string accepted, string? coding)
    {
        await using var server = await StartAsync(request => request.RespondAsync(Text));
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get(lines: $"Accept-Encoding: {accepted}\r\n"));
        Assert.Equal(coding, response["Content-Encoding"]);
        Assert.Equal("Accept-Encoding", response["Vary"]);
        Assert.Equal(Text, Decode(response));
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", true)]
    [InlineData("TEXT/CSV", true)]
    [InlineData("application/json", true)]
    [InlineData("application/problem+json;x=y", true)]
    [InlineData("image/svg+xml", true)]
    [InlineData("image/png", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("application/jsonx", false)]
    [InlineData("textual/x", false)]
    [InlineData(null, false)]
    public async Task OnlyTypesThatShrinkAreCompressed(string? type, bool isCompressed)
    {
        await using var server = await StartAsync(request => request.RespondAsync(Text, request.Path == "/" ? type : "image/png"));
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get(lines: Both));
        Assert.Equal(isCompressed, response["Content-Encoding"] is not null);
        Assert.Equal(isCompressed, response["Vary"] is not null);
        Assert.Null((await client.AskAsync(RawClient.Get("/png", Both)))["Content-Encoding"]);
    }

    [Theory]
    [InlineData(206, null)]
    [InlineData(204, null)]
    [InlineData(200, "Content-Encoding: zstd")]
    [InlineData(200, "content-encoding: identity")]
    [InlineData(200, "Content-Range: bytes 0-1/2")]
    [InlineData(200, "Cache-Control: public, No-Transform")]
    [InlineData(200, "Content-Type: image/png")]
    public async Task ResponseThatMustStayIsLeftAlone(int status, string? line)
    {
        await using var server = await StartAsync(request =>
        {
            if (line?.Split(": ") is [var name, var value]) request.ResponseHeaders.Add(name, value);
            return request.RespondAsync((HttpStatus)status, Text);
        });
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get(lines: Both));
        Assert.Equal(status, response.Status);
        if (line?.StartsWith("content-enc", StringComparison.OrdinalIgnoreCase) != true) Assert.Null(response["Content-Encoding"]);
        Assert.Null(response["Vary"]);
        Assert.Equal(status == 204 ? "" : Text, response.Body);
    }

    [Fact]
    public async Task ShortResponsesStay()
    {
        await using var server = await StartAsync(request => request.RespondAsync(Text[..int.Parse(request.Query)]));
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get("/?1023", Both));
        Assert.Null(response["Content-Encoding"]);
        Assert.Equal("Accept-Encoding", response["Vary"]);
        Assert.Equal("br", (await client.AskAsync(RawClient.Get("/?1024", Both)))["Content-Encoding"]);
        Assert.Equal("", (await client.AskAsync(RawClient.Get("/?0", Both))).Body);
    }

    [Theory]
    [InlineData("gzip", 100)]
    [InlineData("br", 100)]
    [InlineData("gzip", 100_000)]
    [InlineData("br", 10_000)]
    public async Task HeadHasTheHeadersOfGet(string coding, int lines)
    {
        var text = string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n"));
        await using var server = await StartAsync(request =>
        {
            request.ResponseHeaders.Add("ETag", "\"v1\"");
            return request.RespondAsync(text);
        });
        using var client = await server.ConnectAsync();

        var head = await client.AskAsync($"HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {coding}\r\n\r\n");
        var get = await client.AskAsync(RawClient.Get(lines: $"Accept-Encoding: {coding}\r\n"));
        Assert.Equal(WithoutDate(get), WithoutDate(head));

        static IEnumerable<string> WithoutDate(RawResponse response) => response.Head.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"v1\"", "W/\"v1\"")]
    [InlineData("W/\"v1\"", "W/\"v1\"")]
    public async Task StrongTagBecomesWeakWhenTheBytesAreOthers(string tag, string sent)
    {
        await using var server = await StartAsync(request =>
        {
            request.ResponseHeaders.Add("X-Before", "1");
            request.ResponseHeaders.Add("ETag", tag);
            request.ResponseHeaders.Add("X-After", "2");
            return request.Path == "/304" ? request.RespondAsync(HttpStatus.NotModified) : request.RespondAsync(Text);
        });
        using var client = await server.ConnectAsync();
        foreach (var path in (string[])["/", "/304"])
        {
            var encoded = await client.AskAsync(RawClient.Get(path, Both));
            Assert.Equal((sent, "1", "2", "Accept-Encoding"), (encoded["ETag"], encoded["X-Before"], encoded["X-After"], encoded["Vary"]));
            Assert.Equal(tag, (await client.AskAsync(RawClient.Get(path)))["ETag"]);
        }
    }

    [Theory]
    [InlineData("Origin", "Origin|Accept-Encoding")]
    [InlineData("Origin, accept-encoding", "Origin, accept-encoding")]
    [InlineData("*", "*")]
    public async Task VaryIsSaidOnce(string vary, string expected)
    {
        await using var server = await StartAsync(request =>
        {
            request.ResponseHeaders.Add("Vary", vary);
            return request.RespondAsync(Text);
        });
        using var client = await server.ConnectAsync();

        Assert.Equal(expected, string.Join('|', (await client.AskAsync(RawClient.Get(lines: Both))).All("Vary")));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task EachPieceCanBeReadBeforeTheNextIsSent(string coding)
    {
        var next = new SemaphoreSlim(0);
        await using var server = await StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentType: "text/event-stream");
            for (var i = 0; i < 5; i++)
            {
                await request.SendChunkAsync($"data: {i}\n\n");
                await next.WaitAsync();
            }
        });
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethodsOf(coding) });
        using var response = await client.GetAsync(server.Url, HttpCompletionOption.ResponseHeadersRead).Within();
        using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        for (var i = 0; i < 5; i++)
        {
            var expected = $"data: {i}\n\n";
            await body.ReadExactlyAsync(buffer.AsMemory(0, expected.Length)).AsTask().Within();
            Assert.Equal(expected, Encoding.ASCII.GetString(buffer.AsSpan(0, expected.Length)));
            next.Release();
        }

        Assert.Equal(0, await body.ReadAsync(buffer).AsTask().Within());
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("gzip", false)]
    [InlineData("br", true)]
    [InlineData("br", false)]
    public async Task EmptyStreamIsStillAStreamOfItsCoding(string coding, bool done)
    {
        await using var server = await StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentType: "text/plain");
            if (done) await request.SendChunkAsync("", done: true);
        });
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get(lines: $"Accept-Encoding: {coding}\r\n"));
        Assert.NotEmpty(response.BodyBytes);
        Assert.Equal("", Decode(response));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("done")]
    public async Task DeclaredLengthIsStillKept(string way)
    {
        await using var server = await StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentType: "text/plain", contentLength: 2000);
            await request.SendChunkAsync(Text[..1500], done: way == "done");
            if (way == "long") await request.SendChunkAsync(Text[..501]);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get(lines: Both));
        await client.ExpectResetAsync();
    }

    [Fact]
    public async Task CompressedStreamsAreBoundedAndGivenBack()
    {
        var gate = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(new ResponseCompression { MaxStreams = 2 }.Wrap(async request =>
        {
            await request.SendHeadersAsync(contentType: "text/plain");
            await request.SendChunkAsync("x");
            await gate.Task;
        }));
        var clients = new List<RawClient>();
        var codings = new List<string?>();
        for (var i = 0; i < 4; i++)
        {
            clients.Add(await server.ConnectAsync());
            await clients[i].SendAsync(RawClient.Get(lines: Both));
            codings.Add(new RawResponse(await clients[i].ReadHeadAsync(), [])["Content-Encoding"]);
        }

        Assert.Equal(["br", "br", null, null], codings);
        clients[0].Reset();
        gate.SetResult();
        await Patience.UntilAsync(() => server.Loop.InvokeAsync(() => HttpLoop.Current.OpenEncoders).GetAwaiter().GetResult() == 0);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task HandlerMaySayOtherwise()
    {
        await using var server = await StartAsync(request =>
        {
            if (request.Path == "/secret") request.ResponseCompression = null;
            if (request.Path == "/gzip") request.ResponseCompression = new ResponseCompression { UsesBrotli = false, MinBytes = 0, Level = CompressionLevel.Optimal };
            return request.RespondAsync(Text);
        });
        using var client = await server.ConnectAsync();

        Assert.Null((await client.AskAsync(RawClient.Get("/secret", Both)))["Content-Encoding"]);
        Assert.Equal("gzip", (await client.AskAsync(RawClient.Get("/gzip", Both)))["Content-Encoding"]);
        Assert.Equal("br", (await client.AskAsync(RawClient.Get("/", Both)))["Content-Encoding"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ResponseCompression { Level = CompressionLevel.SmallestSize });
    }

    [Fact]
    public async Task FailureIsAnsweredAsEver()
    {
        await using var server = await StartAsync(request => throw new InvalidOperationException());
        using var client = await server.ConnectAsync();

        Assert.Equal(500, (await client.AskAsync(RawClient.Get(lines: Both))).Status);
    }

    [Fact]
    public async Task JsonIsCompressedToo()
    {
        var items = Enumerable.Range(0, 10_000).Select(i => new Item($"name {i}", i)).ToList();
        await using var server = await StartAsync(request => request.Path == "/"
            ? request.RespondJsonAsync(items, TestJson.Default.ListItem)
            : request.RespondJsonArrayAsync(items.ToAsyncEnumerable(), TestJson.Default.Item));
        using var client = await server.ConnectAsync();

        var plain = await client.AskAsync(RawClient.Get());
        foreach (var path in (string[])["/", "/array"])
        {
            var response = await client.AskAsync(RawClient.Get(path, Both));
            Assert.Equal("br", response["Content-Encoding"]);
            Assert.Equal(plain.Body, Decode(response));
        }
    }

    private static Task<TestServer> StartAsync(HttpHandler handler) => TestServer.StartAsync(ResponseCompression.Default.Wrap(handler));

    private static System.Net.DecompressionMethods DecompressionMethodsOf(string coding) => coding == "br" ? System.Net.DecompressionMethods.Brotli : System.Net.DecompressionMethods.GZip;

    private static string Decode(RawResponse response)
    {
        var body = new MemoryStream(response.BodyBytes);
        Stream plain = response["Content-Encoding"] switch { "br" => new BrotliStream(body, CompressionMode.Decompress), "gzip" => new GZipStream(body, CompressionMode.Decompress), _ => body };
        return new StreamReader(plain).ReadToEnd();
    }
}
