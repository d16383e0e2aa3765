using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Connections that go on with another protocol. RFC 9110 §7.8, §9.3.6.</summary>
public class UpgradeTests
{
    private const string Upgrade = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: other/1.0, Echo\r\n\r\n";
    private const string Connect = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";

    private static async ValueTask EchoAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/later":
                await Task.Yield();
                break;
            case "/headers":
                request.ResponseHeaders.Add("X-A", "b");
                break;
            case "/other":
                await request.RespondAsync("other");
                return;
        }

        var connection = request.Method == HttpMethod.Connect ? await request.OpenTunnelAsync() : await request.UpgradeAsync("echo");
        Assert.True(request.HasResponseStarted);
        var buffer = new byte[1000];
        while (await connection.ReadAsync(buffer) is > 0 and var read) await connection.WriteAsync(buffer.AsMemory(0, read));
        connection.Write("bye"u8);
    }

    [Theory]
    [InlineData("/echo", 0)]
    [InlineData("/echo", 1)]
    [InlineData("/later", 0)]
    [InlineData("/later", 1)]
    public async Task BytesBehindTheRequestBelongToTheProtocol(string path, int pieces)
    {
        await using var server = await TestServer.StartAsync(EchoAsync);
        var stream = Encoding.ASCII.GetBytes($"{RawClient.Get("/other")}{Upgrade.Replace("/echo", path, StringComparison.Ordinal)}GET / HTTP/1.1\r\n\r\n\0");
        for (var cut = 1; cut < stream.Length; cut += pieces == 0 ? stream.Length : 3)
        {
            using var client = await server.ConnectAsync();
            if (pieces == 0)
            {
                await client.SendAsync(stream);
            }
            else
            {
                await client.SendAsync(stream.AsMemory(0, cut));
                await server.Loop.InvokeAsync(static () => { });
                await client.SendAsync(stream.AsMemory(cut));
            }

            Assert.Equal("other", (await client.ReadResponseAsync()).Body);
            var answer = await client.ReadResponseAsync();
            Assert.Equal((101, "echo", "Upgrade"), (answer.Status, answer["Upgrade"], answer["Connection"]));
            Assert.Equal("GET / HTTP/1.1\r\n\r\n\0", await client.ReadTextAsync(19));
            await client.SendAsync(RawClient.Get());
            Assert.Equal(RawClient.Get(), await client.ReadTextAsync(RawClient.Get().Length));
            client.EndOutput();
            Assert.Equal("bye", await client.ReadRestTextAsync());
        }

        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task LinesThatWereAddedGoOutWithTheAnswer()
    {
        await using var server = await TestServer.StartAsync(EchoAsync);
        using var client = await server.ConnectAsync();
        var answer = await client.AskAsync(Upgrade.Replace("/echo", "/headers", StringComparison.Ordinal));
        Assert.Equal((101, "b", null), (answer.Status, answer["X-A"], answer["Content-Length"]));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "websocket")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, UPGRADE\r\nUpgrade: h2c, IRC/6.9 ,,RTA/x11\r\nUpgrade: bad name, a/b/c, echo\r\n\r\n", "h2c IRC/6.9 RTA/x11 echo")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\n", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n", "")]
    [InlineData("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n", "")]
    public async Task OffersAreReadAsTheyWereSent(string request, string offers)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (!request.UpgradeProtocols.Contains("echo")) Assert.Throws<InvalidOperationException>(() => { _ = request.UpgradeAsync("echo"); });
            await request.RespondAsync(string.Join(' ', request.UpgradeProtocols));
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(offers, (await client.AskAsync(request)).Body);
    }

    [Fact]
    public async Task RequestIsFinishedBeforeTheProtocolChanges()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            Assert.Throws<InvalidOperationException>(() => { _ = request.UpgradeAsync("echo"); });
            Assert.Equal("abc", await request.Body.ReadTextAsync(100));
            var connection = await request.UpgradeAsync("ECHO");
            var buffer = new byte[3];
            await connection.AsStream().ReadExactlyAsync(buffer);
            await connection.WriteAsync(buffer);
        });
        foreach (var body in (string[])["Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"])
        {
            foreach (var split in (bool[])[false, true])
            {
                using var client = await server.ConnectAsync();
                await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n{body}{(split ? "" : "def")}");
                Assert.Equal(101, (await client.ReadResponseAsync()).Status);
                if (split) await client.SendAsync("def");
                Assert.Equal("def", await client.ReadRestTextAsync());
            }
        }

        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task ResponseAndProtocolExcludeEachOther()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/respond")
            {
                await request.RespondAsync("done");
                Assert.Throws<InvalidOperationException>(() => { _ = request.UpgradeAsync("echo"); });
                return;
            }

            Assert.Throws<ArgumentException>(() => { _ = request.UpgradeAsync("e cho"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.OpenTunnelAsync(); });
            var connection = await request.UpgradeAsync("echo");
            Assert.Throws<InvalidOperationException>(() => { _ = request.UpgradeAsync("echo"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync("late"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("late"); });
            connection.Write("end"u8);
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("done", (await client.AskAsync(Upgrade.Replace("/echo", "/respond", StringComparison.Ordinal))).Body);
        Assert.Equal(101, (await client.AskAsync(Upgrade)).Status);
        Assert.Equal("end", await client.ReadRestTextAsync());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task RefusedUpgradeLeavesTheConnectionToHttp()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.UpgradeProtocols.Count > 0) request.ResponseHeaders.Add("Upgrade", "websocket");
            await request.RespondAsync(request.UpgradeProtocols.Count > 0 ? HttpStatus.UpgradeRequired : HttpStatus.OK);
        });
        using var client = await server.ConnectAsync();
        var answer = await client.AskAsync(Upgrade);
        Assert.Equal((426, "websocket", "upgrade"), (answer.Status, answer["Upgrade"], answer["Connection"]));
        Assert.Equal(200, (await client.AskAsync(RawClient.Get())).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailureBehindTheChangeResetsTheConnectionAndIsLogged(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.UpgradeAsync("echo");
            if (waits) await Task.Yield();
            throw new FormatException();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Upgrade);
        await client.ExpectResetAsync();
        Assert.Equal("The handler of GET /echo failed.", Assert.Single(server.Log.Entries).Message);
        Assert.Equal(CloseReason.HandlerFailed, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task HttpsDeadlinesEndWithHttp()
    {
        var brief = TimeSpan.FromMilliseconds(50);
        await using var server = await TestServer.StartAsync(EchoAsync, new ServerLimits { HeadTimeout = brief, KeepAliveTimeout = brief, BodyTimeout = brief });
        using var client = await server.ConnectAsync();
        Assert.Equal(101, (await client.AskAsync(Upgrade)).Status);
        await Task.Delay(brief * 6);
        await client.SendAsync("still here");
        Assert.Equal("still here", await client.ReadTextAsync(10));
    }

    [Fact]
    public async Task StoppedServerGivesTheProtocolItsGracePeriodAndEndsIt()
    {
        await using var server = await TestServer.StartAsync(EchoAsync);
        using var client = await server.ConnectAsync();
        await client.AskAsync(Upgrade);
        var stopping = server.Listener.StopAsync(TimeSpan.FromMilliseconds(300));
        await client.SendAsync("still here");
        Assert.Equal("still here", await client.ReadTextAsync(10));
        await client.ExpectResetAsync();
        await stopping.Within();
        Assert.Equal(CloseReason.Shutdown, await server.CloseReasonAsync());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task ResetOfTheClientEndsTheHandlerQuietly()
    {
        var ended = new TaskCompletionSource<Exception?>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            var exception = await Record.ExceptionAsync(async () => await EchoAsync(request));
            ended.SetResult(exception);
            if (exception is not null) throw exception;
        });
        var client = await server.ConnectAsync();
        await client.AskAsync(Upgrade);
        client.Reset();
        Assert.IsType<ConnectionClosedException>(await ended.Task.Within());
        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerThatWaitsForSomethingElseLearnsThatItsConnectionIsGone(bool stops)
    {
        var ended = false;
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.UpgradeAsync("echo");
            try
            {
                await Task.Delay(Timeout.Infinite, request.Aborted);
            }
            finally
            {
                ended = true;
            }
        });
        var client = await server.ConnectAsync();
        await client.AskAsync(Upgrade);
        if (stops) await server.Listener.StopAsync(TimeSpan.FromMilliseconds(10)).Within();
        else client.Reset();
        await server.AllClosedAsync();
        await Patience.UntilAsync(() => ended);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task HandlerMayCloseTheConnectionItself()
    {
        var closed = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            var connection = await request.UpgradeAsync("echo");
            connection.Write("end"u8);
            connection.Close();
            closed.TrySetResult();
            await release.Task;
            Assert.Equal("/echo", request.Path);
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(Upgrade);
        await closed.Task.Within();
        Assert.Equal("end", await client.ReadRestTextAsync());
        release.SetResult();
        using var other = await server.ConnectAsync();
        await other.AskAsync(Upgrade);
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData(Connect + "more", 501, null)]
    [InlineData("TRACE / HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n\r\nmore", 405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
    [InlineData("TRACE / HTTP/1.0\r\nCookie: secret\r\n\r\nmore", 405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
    public async Task MethodsThatNoHandlerExpectsReachNone(string request, int status, string? allow)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(request =>
        {
            handled++;
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        var answer = await client.AskAsync(request);
        Assert.Equal((status, "close", allow), (answer.Status, answer["Connection"], answer["Allow"]));
        Assert.DoesNotContain("secret", answer.Body);
        await client.ExpectEndAsync();
        Assert.Equal(0, handled);
    }

    [Fact]
    public async Task TunnelIsOpenedWithoutAnythingThatFramesABody()
    {
        await using var server = await TestServer.StartAsync(EchoAsync, options: new HttpOptions { AllowConnect = true });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Connect + "first");
        var head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\nDate: ", head);
        Assert.Equal(2, head.Split("\r\n").Length);
        Assert.Equal("first", await client.ReadTextAsync(5));
        client.EndOutput();
        Assert.Equal("bye", await client.ReadRestTextAsync());
    }

    [Fact]
    public async Task TraceReachesTheHandlerWhereItIsAllowed()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync($"{request.Method}"), options: new HttpOptions { AllowTrace = true });
        using var client = await server.ConnectAsync();
        Assert.Equal("TRACE", (await client.AskAsync("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n")).Body);
    }

    [Fact]
    public async Task HandlerThatAsksLateLearnsThatTheClientIsGone()
    {
        var handler = new TaskCompletionSource<HttpRequest>();
        var mayEnd = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.UpgradeAsync("echo");
            handler.SetResult(request);
            await mayEnd.Task;
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(101, (await client.AskAsync(Upgrade)).Status);
        var request = await handler.Task.Within();
        client.Reset();
        await Patience.UntilAsync(() => request.IsAborted);
        Assert.True(await server.Loop.InvokeAsync(() => request.Aborted.IsCancellationRequested).Within());
        mayEnd.SetResult();
        await server.AllClosedAsync();
    }
}
