using System.Collections.Concurrent;
using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>What is not HTTP gets its answer and its end, and nothing behind it is served.</summary>
public class BadInputTests
{
    public static TheoryData<string, string, int> Large => new()
    {
        { "long target", $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
        { "endless target", $"GET /{new string('x', 100_000)}", 414 },
        { "endless method", new string('X', 100_000), 414 },
        { "endless query", $"GET /?{new string('x', 100_000)}", 414 },
        { "large head", $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 40_000)}\r\n\r\n", 431 },
        { "endless name", $"GET / HTTP/1.1\r\nHost: a\r\n{new string('x', 100_000)}", 431 },
        { "endless white space", $"GET / HTTP/1.1\r\nHost: a\r\nX:{new string(' ', 100_000)}", 431 },
        { "endless head", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: " + new string('y', 1000) + "\r\n", 1000))}", 431 },
        { "many headers", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 1000))}\r\n", 431 },
        { "many empty lines", string.Concat(Enumerable.Repeat("\r\n", 10_000)), 400 },
        { "chunk extension of 64 KiB", $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;{new string('x', 65_536)}\r\nx\r\n0\r\n\r\n", 400 },
        { "chunk size of 64 KiB", $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{new string('0', 65_536)}1\r\nx\r\n0\r\n\r\n", 400 },
        { "trailer of 64 KiB", $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: {new string('x', 65_536)}\r\n\r\n", 431 },
        { "many trailers", $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 1000))}\r\n", 431 },
        { "declared body beyond the limit", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n", 413 },
        { "chunk beyond the limit", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", 413 },
    };

    [Theory]
    [MemberData(nameof(Large))]
    public async Task TooMuchIsAnsweredAndNothingBehindItIsServed(string name, string text, int status)
    {
        var served = new ConcurrentQueue<string>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.Body.ReadAllAsync(1 << 20);
            served.Enqueue(request.Path);
            await request.RespondAsync("good");
        });
        using var client = await server.ConnectAsync();
        await client.TrySendAsync(RawClient.Get("/front") + text + RawClient.Get("/behind"));
        Assert.Equal("good", (await client.ReadResponseAsync()).Body);
        var response = await client.ReadResponseAsync();
        Assert.True(status == response.Status, name);
        Assert.Equal("close", response["Connection"]);
        Assert.NotEmpty(response.Body);
        await client.ExpectEndAsync();
        Assert.Equal(["/front"], served);
    }

    [Fact]
    public async Task BadHeadEndsItsConnectionAsAProtocolError()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(""));
        using var client = await server.ConnectAsync();
        await client.SendAsync("bad\r\n\r\n");
        Assert.Equal("malformed request line\n", (await client.ReadResponseAsync()).Body);
        Assert.Equal(CloseReason.ProtocolError, await server.CloseReasonAsync());
    }

    [Theory]
    [InlineData("HEAD / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417)]
    public async Task RefusalOfHeadHasNoContent(string text, int status)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(""));
        using var client = await server.ConnectAsync();
        await client.SendAsync(text);
        var response = await client.ReadResponseAsync(isToHead: true);
        Assert.Equal(status, response.Status);
        Assert.NotEqual("0", response["Content-Length"]);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task EmptyLineBehindTheLastRequestIsNoRequest(string line)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("ok"), new ServerLimits { HeadTimeout = TimeSpan.FromMilliseconds(100) });
        using var ends = await server.ConnectAsync();
        await ends.SendAsync(RawClient.Get() + line);
        ends.EndOutput();
        Assert.Equal("ok", (await ends.ReadResponseAsync()).Body);
        await ends.ExpectEndAsync();

        // Nor when nothing follows at all: a 408 that nobody asked for would be taken for the answer to what the client sends next.
        using var waits = await server.ConnectAsync();
        await waits.SendAsync(RawClient.Get() + line);
        Assert.Equal("ok", (await waits.ReadResponseAsync()).Body);
        await waits.ExpectEndAsync();
        Assert.Equal(CloseReason.IdleTimeout, await server.CloseReasonAsync(1));
    }

    [Fact]
    public async Task AnswerToABadHeadComesBehindThatOfAHandlerThatWaits()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await Task.Yield();
            await request.RespondAsync("good");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get() + "bad\r\n\r\n" + RawClient.Get());
        Assert.Equal("good", (await client.ReadResponseAsync()).Body);
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    public async Task TruncatedHeadIsAnsweredWith400(string text)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(""));
        using var client = await server.ConnectAsync();
        await client.SendAsync(text);
        client.EndOutput();
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task MegabyteOfHeadersGetsItsAnswerWhileItIsBeingSent()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(""));
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
        var line = Encoding.ASCII.GetBytes($"X: {new string('z', 997)}\r\n");
        for (var i = 0; i < 1000; i++) await client.SendAsync(line);
        Assert.Equal(431, (await client.ReadResponseAsync()).Status);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task LimitsOfTheServerApply()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("ok"), new ServerLimits { MaxHeadBytes = 400_000, MaxRequestLineBytes = 300_000, MaxHeaderCount = 2 });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++) Assert.Equal("ok", (await client.AskAsync(RawClient.Get($"/{new string('x', 250_000)}", $"X: {new string('y', 100_000)}\r\n"))).Body);
        Assert.Equal(431, (await client.AskAsync(RawClient.Get("/", "X: 1\r\nX: 2\r\n"))).Status);
    }

    [Fact]
    public async Task RandomBytesNeverDoMoreThanEndTheirConnection()
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync(await request.Body.ReadAllAsync(1000)), new ServerLimits { HeadTimeout = TimeSpan.FromMilliseconds(200) });
        using var good = await server.ConnectAsync();
        var random = new Random(3);
        var pattern = Encoding.ASCII.GetBytes(RawClient.Get() + RawClient.PostChunks("/", "abc", "def") + RawClient.Post("abc"));
        for (var i = 0; i < 200; i++)
        {
            using var client = await server.ConnectAsync();
            var bytes = pattern.ToArray();
            if (i % 4 == 0) random.NextBytes(bytes);
            else for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await client.TrySendAsync(Encoding.Latin1.GetString(bytes));
            client.EndOutput();
            var answer = await client.ReadRestTextAsync();
            Assert.StartsWith("HTTP/1.1 ", answer);
            Assert.Equal(200, (await good.AskAsync(RawClient.Get())).Status);
        }

        await Patience.UntilAsync(() => server.Listener.OpenConnections == 1);
        Assert.Empty(server.Log.Entries);
    }
}
