using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>What is not HTTP gets its answer and its end, and nothing behind it is served.</summary>
public class BadInputTests
{
    public static TheoryData<string, string, int> Heads => new()
    {
        { "garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n", 400 },
        { "text", "hello there\r\n\r\n", 400 },
        { "bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400 },
        { "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
        { "both framings", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400 },
        { "two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400 },
        { "HTTP/2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
        { "prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 },
        { "coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
        { "long target", $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
        { "endless target", $"GET /{new string('x', 100_000)}", 414 },
        { "large head", $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 40_000)}\r\n\r\n", 431 },
        { "endless head", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: " + new string('y', 1000) + "\r\n", 1000))}", 431 },
        { "many headers", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 1000))}\r\n", 431 },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task BadHeadIsAnsweredAndNothingBehindItIsServed(string name, string text, int status)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(request =>
        {
            handled++;
            return request.RespondAsync("good");
        });
        using var client = await server.ConnectAsync();
        await client.TrySendAsync(RawClient.Get() + text + RawClient.Get());
        Assert.Equal("good", (await client.ReadResponseAsync()).Body);
        var response = await client.ReadResponseAsync();
        Assert.True(status == response.Status, name);
        Assert.Equal("close", response["Connection"]);
        Assert.NotEmpty(response.Body);
        await client.ExpectEndAsync();
        Assert.Equal(1, handled);
        Assert.Equal(CloseReason.ProtocolError, await server.CloseReasonAsync());
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
