using System.Diagnostics;
using System.Net;

namespace Motet.Http.Tests;

/// <summary>Clients that end their sending side: those that still read get their answer, and the handlers of those that are gone are told.</summary>
public class HalfClosedTests
{
    // tcp(7), linux/tcp.h: how long the kernel keeps a closed socket whose peer has not closed.
    private const int TcpProtocol = 6;
    private const int TcpLinger2 = 8;

    private readonly SemaphoreSlim _running = new(0);
    private readonly SemaphoreSlim _release = new(0);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask WaitAsync(HttpRequest request)
    {
        if (request.Path == "/other")
        {
            await request.RespondAsync("other");
            return;
        }

        var aborted = request.Path == "/careless" ? default : request.Aborted;
        if (request.Path == "/stream") await request.SendChunkAsync("part");
        _running.Release();
        try
        {
            await _release.WaitAsync(aborted);
        }
        catch (OperationCanceledException)
        {
            _aborted.SetResult();
            throw;
        }

        if (request.Path == "/stream") await request.SendChunkAsync("rest");
        else await request.RespondAsync("answer");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, "answer")]
    [InlineData("GET /careless HTTP/1.1\r\nHost: a\r\n\r\n", false, "answer")]
    [InlineData("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", false, "partrest")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", false, "answer")]
    [InlineData("GET /stream HTTP/1.0\r\n\r\n", false, "partrest")]
    public async Task ClientThatStillReadsGetsItsAnswer(string request, bool isProbed, string body)
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        foreach (var late in (bool[])[false, true])
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(request);
            if (late) await _running.WaitAsync().Within();
            client.EndOutput();
            if (!late) await _running.WaitAsync().Within();
            if (isProbed) Assert.Equal("HTTP/1.1 100 Continue", await client.ReadHeadAsync());
            _release.Release();
            var response = await client.ReadResponseAsync();
            Assert.Equal((200, body), (response.Status, response.Body));
            await client.ExpectEndAsync();
        }

        Assert.False(_aborted.Task.IsCompleted);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task EachPipelinedRequestOfSuchAClientIsAnswered()
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/1") + RawClient.Get("/other") + RawClient.Get("/2"));
        client.EndOutput();
        _release.Release(2);
        foreach (var body in (string[])["answer", "other", "answer"])
        {
            RawResponse response;
            do response = await client.ReadResponseAsync();
            while (response.Status == 100);
            Assert.Equal(body, response.Body);
        }

        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /other HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")]
    public async Task HandlerOfAClientThatClosedItsSocketIsToldAtOnce(string request)
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        var client = await server.ConnectAsync();
        await client.SendAsync(request);
        await _running.WaitAsync().Within();
        var clock = Stopwatch.StartNew();
        client.Dispose();
        await _aborted.Task.Within();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task HandlerThatAsksLaterIsToldToo()
    {
        var asked = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            _running.Release();
            await asked.Task;
            request.Aborted.Register(_aborted.SetResult);
            await _release.WaitAsync();
        });
        var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await _running.WaitAsync().Within();
        client.Dispose();
        await server.Loop.InvokeAsync(static () => { });
        asked.SetResult();
        await _aborted.Task.Within();
        _release.Release();
        await server.AllClosedAsync();
    }

    [Fact]
    public async Task HandlerOfAnHttpClientThatGaveUpIsTold()
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        using var client = new HttpClient { BaseAddress = server.Url, Timeout = Patience.Limit };
        using var patience = new CancellationTokenSource();
        var asking = client.GetAsync(new Uri("/", UriKind.Relative), patience.Token);
        await _running.WaitAsync().Within();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await _aborted.Task.Within();
        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/careless", false)]
    public async Task NetcatGetsItsAnswer(string path, bool isProbed)
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        var port = ((IPEndPoint)server.Listener.LocalEndPoint).Port;
        using var netcat = Process.Start(new ProcessStartInfo("nc", $"-N 127.0.0.1 {port}") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await netcat.StandardInput.WriteAsync(RawClient.Get(path));
        netcat.StandardInput.Close();
        await _running.WaitAsync().Within();
        if (isProbed)
        {
            Assert.Equal("HTTP/1.1 100 Continue", await netcat.StandardOutput.ReadLineAsync().Within());
            Assert.Equal("", await netcat.StandardOutput.ReadLineAsync().Within());
        }

        _release.Release();
        var answer = await netcat.StandardOutput.ReadToEndAsync().Within();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.EndsWith("\r\n\r\nanswer", answer);
        await netcat.WaitForExitAsync().Within();
    }

    [Theory]
    [InlineData("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task ClientThatCannotBeSentAnythingIsFoundOutByProbes(string request)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux is asked for probes.");
        await using var server = await TestServer.StartAsync(WaitAsync);
        var client = await server.ConnectAsync();
        client.Socket.SetRawSocketOption(TcpProtocol, TcpLinger2, BitConverter.GetBytes(1));
        await client.SendAsync(request);
        await _running.WaitAsync().Within();
        if (request.Contains("stream", StringComparison.Ordinal)) await client.ReadTextAsync((await client.ReadHeadAsync()).Length > 0 ? 9 : 0);
        client.Dispose();
        await _aborted.Task.Within();
        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task ReaderThatGoesAwayAfterwardsIsMetByTheNextPiece()
    {
        await using var server = await TestServer.StartAsync(WaitAsync);
        var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/stream"));
        await _running.WaitAsync().Within();
        client.EndOutput();
        await client.ReadHeadAsync();
        client.Socket.Close();
        _release.Release();
        await server.AllClosedAsync();
        Assert.Empty(server.Log.Entries);
    }
}
