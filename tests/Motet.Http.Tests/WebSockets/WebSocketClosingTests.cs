using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>RFC 6455 §7, and every other way to end.</summary>
public class WebSocketClosingTests
{
    private static readonly WebSocketOptions Quick = new() { CloseTimeout = TimeSpan.FromMilliseconds(200) };

    private static async Task<(TestServer Server, RawWebSocket Socket)> StartAsync(ClientHandler handler, WebSocketOptions? options = null)
    {
        var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, options));
        return (server, await RawWebSocket.ConnectAsync(server));
    }

    [Theory]
    [InlineData("", 1005, "")]
    [InlineData("03e8", 1000, "")]
    [InlineData("03e9627965", 1001, "bye")]
    [InlineData("0fa0c3a9", 4000, "é")]
    [InlineData("0bb8", 3000, "")]
    public async Task TheCloseOfThePeerIsAnsweredWithItsCode(string payload, int code, string text)
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.SendFrameAsync(RawFrame.Final | RawFrame.Close, Convert.FromHexString(payload));
        await socket.ExpectCloseAndEndAsync(code);
        Assert.Equal(new CloseDetails(CloseReason.PeerClosed, (CloseCode)code, text), await handler.Closed);
        Assert.Equal(["open", "close"], handler.Events);
        Assert.False(handler.Client!.IsOpen);
        Assert.Equal(-1, handler.Client.Write("too late"));
    }

    [Fact]
    public async Task NothingFollowsTheCloseOfThisSide()
    {
        var handler = new RecordingHandler
        {
            Received = static (client, message) =>
            {
                client.Write("last");
                client.Close((CloseCode)4001, "done");
                Assert.False(client.IsOpen);
                Assert.Equal(-1, client.Write("never"));
                client.Ping();
                client.Close();
                return default;
            },
        };
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.SendAsync((byte[])[.. RawFrame.Message("a"), .. RawFrame.Message("dropped"), .. RawFrame.Bytes(RawFrame.Final | RawFrame.Ping, "x"u8), .. RawFrame.Bytes(RawFrame.Text, "half"u8)]);
        await socket.ExpectTextAsync("last");
        Assert.Equal("done", await socket.ExpectCloseAsync(4001));

        // It is still read, and dropped, until the peer's close.
        await socket.SendFrameAsync(RawFrame.Final, new byte[100_000]);
        await socket.SendAsync(RawFrame.CloseOf(4001));
        await socket.Client.ExpectEndAsync();
        Assert.Equal(new CloseDetails(CloseReason.Closed, (CloseCode)4001, "done"), await handler.Closed);
        Assert.Equal(["open", "text a", "close"], handler.Events);
    }

    [Fact]
    public async Task BothMayCloseAtOnce()
    {
        var handler = new RecordingHandler { Opened = static client => client.Close(CloseCode.GoingAway) };
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler));
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawWebSocket.Handshake());
        await client.SendAsync(RawFrame.CloseOf(3333));
        await client.ReadResponseAsync();
        Assert.Equal("880203E9", Convert.ToHexString(await client.ReadRestAsync()));
        Assert.Equal((CloseCode)3333, (await handler.Closed).Code);
    }

    [Fact]
    public async Task APeerThatDoesNotAnswerACloseIsNotWaitedForLong()
    {
        var handler = new RecordingHandler { Opened = static client => client.Close() };
        var (server, socket) = await StartAsync(handler, Quick);
        await using var _ = server;
        using var __ = socket;
        await socket.ExpectCloseAsync(1000);

        // The end of the server's side comes first.
        await socket.Client.ExpectEndAsync();
        socket.Client.EndOutput();
        Assert.Equal(CloseReason.Closed, (await handler.Closed).Reason);
    }

    [Fact]
    public async Task APeerThatSendsForEverBehindACloseIsNotListenedToForLong()
    {
        var handler = new RecordingHandler { Opened = static client => client.Close() };
        var (server, socket) = await StartAsync(handler, Quick);
        await using var _ = server;
        using var __ = socket;
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await socket.Client.TrySendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Binary, new byte[10_000]));
        });
        await handler.Closed;
        await stop.CancelAsync();
        await flood;
    }

    [Fact]
    public async Task APeerThatEndsWithoutACloseIsAbnormal()
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.SendAsync(RawFrame.Message("half").AsMemory(0, 8));
        socket.Client.EndOutput();
        await socket.Client.ExpectEndAsync();
        Assert.Equal(new CloseDetails(CloseReason.PeerClosed, CloseCode.Abnormal), await handler.Closed);
    }

    [Fact]
    public async Task APeerThatResetsIsAbnormal()
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        await Patience.UntilAsync(() => handler.Events.Contains("open"));
        socket.Client.Reset();
        Assert.Equal(new CloseDetails(CloseReason.PeerReset, CloseCode.Abnormal), await handler.Closed);
    }

    [Fact]
    public async Task AHandlerThatFailsClosesItsClientAlone()
    {
        var unhandled = new List<Exception>();
        await using var loops = Runtime.EventLoopGroup.Start(1, new Runtime.EventLoopOptions { UnhandledException = failure => unhandled.Add(failure.Exception) });
        var handler = new RecordingHandler { Received = static (_, message) => message.ToString() == "bad" ? throw new InvalidTimeZoneException() : default };
        var service = new HttpService(async request => await request.AcceptWebSocketAsync(handler));
        await using var listener = await Listener.StartAsync(loops, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), service.Serve, service.ListenerOptions());
        using var client = await RawClient.ConnectAsync(listener.LocalEndPoint);
        await client.AskAsync(RawWebSocket.Handshake());
        await client.SendAsync((byte[])[.. RawFrame.Message("bad"), .. RawFrame.Message("dropped"), .. RawFrame.CloseOf(1011)]);
        Assert.Equal("880203F3", Convert.ToHexString(await client.ReadRestAsync()));
        var close = await handler.Closed;
        Assert.Equal((CloseReason.HandlerFailed, CloseCode.InternalError), (close.Reason, close.Code));
        Assert.IsType<InvalidTimeZoneException>(close.Error);
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(unhandled));
        Assert.Equal(["open", "text bad", "close"], handler.Events);
    }

    [Fact]
    public async Task AServerThatStopsTellsItsClients()
    {
        var handler = new RecordingHandler { Stopping = static client => client.Write("sorry") };
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        var stopped = server.Listener.StopAsync(TimeSpan.FromSeconds(20)).Within();
        await socket.ExpectTextAsync("sorry");
        await socket.ExpectCloseAsync(1001);
        await socket.SendAsync(RawFrame.CloseOf(1001));
        await socket.Client.ExpectEndAsync();
        await stopped;
        Assert.Equal(new CloseDetails(CloseReason.Shutdown, CloseCode.GoingAway), await handler.Closed);
        Assert.Equal(["open", "shutdown", "close"], handler.Events);
    }

    [Theory]
    [InlineData("/websocket")]
    [InlineData("/raw")]
    [InlineData("/events")]
    public async Task AClientThatIsAcceptedWhileTheServerStopsIsTold(string path)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayAccept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new RecordingHandler();
        await using var server = await TestServer.StartAsync(async request =>
        {
            begun.SetResult();
            await mayAccept.Task;
            if (path == "/websocket") await request.AcceptWebSocketAsync(handler);
            else if (path == "/raw") await request.UpgradeAsync("websocket", handler);
            else await request.AcceptEventStreamAsync(handler);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(path == "/events" ? "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n" : RawWebSocket.Handshake());
        await begun.Task.Within();
        var stopped = server.Listener.StopAsync(TimeSpan.FromMinutes(5));
        await server.Loop.InvokeAsync(static () => { }).Within();
        await server.Loop.InvokeAsync(static () => { }).Within();
        mayAccept.SetResult();
        await Patience.UntilAsync(() => handler.Events.Contains("shutdown"));
        if (path == "/websocket") await client.SendAsync(RawFrame.CloseOf(1001));
        await client.ReadRestAsync();
        client.Dispose();
        await stopped.Within();
        Assert.Equal(CloseReason.Shutdown, (await handler.Closed).Reason);
        Assert.Equal(["open", "shutdown", "close"], handler.Events);
    }

    [Fact]
    public async Task ADelegateThatEndsClosesNormally()
    {
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(static async socket =>
        {
            var message = await socket.ReceiveAsync();
            await socket.SendAsync($"you said: {message}");
        }));
        using var socket = await RawWebSocket.ConnectAsync(server);
        await socket.SendTextAsync("hello");
        await socket.ExpectTextAsync("you said: hello");
        await socket.ExpectCloseAsync(1000);
        await socket.SendAsync(RawFrame.CloseOf(1000));
        await socket.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task ACloseWhileTheHandlerWaitsIsDoneAtOnce()
    {
        var never = new TaskCompletionSource();
        var handler = new RecordingHandler
        {
            Received = async (client, message) =>
            {
                await Task.Yield();
                client.Close();
                await never.Task;
            },
        };
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.SendAsync((byte[])[.. RawFrame.Message("a"), .. RawFrame.Message("dropped")]);
        await socket.ExpectCloseAsync(1000);
        await socket.SendAsync(RawFrame.CloseOf(1000));
        await socket.Client.ExpectEndAsync();
        Assert.Equal(["open", "text a"], handler.Events);
        never.SetResult();
        await handler.Closed;
        Assert.Equal(["open", "text a", "close"], handler.Events);
    }

    [Fact]
    public async Task AnAbortResets()
    {
        var handler = new RecordingHandler { Received = static (client, _) => { client.Abort(); return default; } };
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.SendAsync((byte[])[.. RawFrame.Message("a"), .. RawFrame.Message("b")]);
        await socket.Client.ExpectResetAsync();
        Assert.Equal(new CloseDetails(CloseReason.Aborted, CloseCode.Abnormal), await handler.Closed);
        Assert.Equal(["open", "text a", "close"], handler.Events);
    }
}
