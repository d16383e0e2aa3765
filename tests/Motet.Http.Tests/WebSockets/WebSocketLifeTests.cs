using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Pings, pongs, time-outs, and peers that do not read.</summary>
public class WebSocketLifeTests
{
    private static readonly WebSocketOptions Quick = new() { PingInterval = TimeSpan.FromMilliseconds(50), PongTimeout = TimeSpan.FromMilliseconds(100) };

    private static async Task<(TestServer Server, RawWebSocket Socket)> StartAsync(ClientHandler handler, WebSocketOptions? options = null, int receiveBuffer = 0)
    {
        var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, options));
        return (server, await RawWebSocket.ConnectAsync(server, receiveBuffer: receiveBuffer));
    }

    [Fact]
    public async Task ASilentPeerIsAskedAndThenGivenUp()
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler, Quick);
        await using var _ = server;
        using var __ = socket;
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Ping, []);
        await socket.Client.ExpectResetAsync();
        Assert.Equal(new CloseDetails(CloseReason.PingTimeout, CloseCode.Abnormal), await handler.Closed);
        Assert.Equal(["open", "ping", "close"], handler.Events);
    }

    [Theory]
    [InlineData(RawFrame.Final | RawFrame.Pong)]
    [InlineData(RawFrame.Final | RawFrame.Ping)]
    [InlineData(RawFrame.Final | RawFrame.Text)]
    [InlineData(RawFrame.Text)]
    public async Task AnyFrameIsASignOfLife(int first)
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler, Quick with { PongTimeout = TimeSpan.FromSeconds(20) });
        await using var _ = server;
        using var __ = socket;
        for (var i = 0; i < 3; i++)
        {
            RawFrame frame;
            while ((frame = await socket.ReadFrameAsync()).Opcode != RawFrame.Ping) Assert.Equal(RawFrame.Pong, frame.Opcode);
            await socket.SendFrameAsync(first == RawFrame.Text && i > 0 ? RawFrame.Continuation : first, default);
        }

        Assert.True(handler.Client!.IsOpen);
    }

    [Fact]
    public async Task APingIsAnsweredWithItsPayload()
    {
        var (server, socket) = await StartAsync(new RecordingHandler());
        await using var _ = server;
        using var __ = socket;
        foreach (var length in (int[])[0, 1, 125])
        {
            await socket.SendFrameAsync(RawFrame.Final | RawFrame.Ping, new byte[length]);
            await socket.ExpectAsync(RawFrame.Final | RawFrame.Pong, new byte[length]);
        }
    }

    [Fact]
    public async Task PongsThatNobodyAskedForAreTaken()
    {
        var (server, socket) = await StartAsync(RecordingHandler.Echo());
        await using var _ = server;
        using var __ = socket;
        await socket.SendFrameAsync(RawFrame.Final | RawFrame.Pong, "x"u8);
        await socket.SendTextAsync("a");
        await socket.ExpectTextAsync("a");
    }

    [Fact]
    public async Task ATimeoutCanBeSetForOneClient()
    {
        var handler = new RecordingHandler { Opened = static client => client.Timeout = TimeSpan.FromMilliseconds(30) };
        var (server, socket) = await StartAsync(handler);
        await using var _ = server;
        using var __ = socket;
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Ping, []);
    }

    [Fact]
    public async Task AHandlerThatDoesNotPingIsAskedAgain()
    {
        var handler = new RecordingHandler { Pinged = static client => client.Write("still there?") };
        var (server, socket) = await StartAsync(handler, Quick);
        await using var _ = server;
        using var __ = socket;
        for (var i = 0; i < 3; i++) await socket.ExpectTextAsync("still there?");
    }

    [Fact]
    public async Task APeerIsNotGivenUpWhileItsHandlerKeepsItWaiting()
    {
        var done = new TaskCompletionSource();
        var handler = new RecordingHandler
        {
            Received = async (client, message) =>
            {
                client.Ping();
                await done.Task;
                client.Write("done");
            },
        };
        var (server, socket) = await StartAsync(handler, Quick);
        await using var _ = server;
        using var __ = socket;
        await socket.SendTextAsync("a");
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Ping, []);
        await socket.SendFrameAsync(RawFrame.Final | RawFrame.Pong, default);

        // Longer than the pong has: the answer is there, only nobody reads it.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        done.SetResult();
        await socket.ExpectTextAsync("done");
    }

    [Fact]
    public async Task PingsThatFollowDoNotGiveASilentPeerMoreTime()
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler, Quick with { PingInterval = Timeout.InfiniteTimeSpan });
        await using var _ = server;
        using var __ = socket;
        await Patience.UntilAsync(() => handler.Client is not null);
        await Patience.UntilAsync(() =>
        {
            handler.Client!.Ping();
            return handler.Closed.IsCompleted;
        });
        Assert.Equal(CloseReason.PingTimeout, (await handler.Closed).Reason);
    }

    [Fact]
    public async Task AMessageThatTricklesComesToAnEnd()
    {
        var handler = new RecordingHandler();
        var (server, socket) = await StartAsync(handler, new WebSocketOptions { MessageTimeout = TimeSpan.FromMilliseconds(100) });
        await using var _ = server;
        using var __ = socket;
        await socket.SendFrameAsync(RawFrame.Text, "a"u8);
        await Patience.UntilAsync(() => handler.Client is not null);
        while (handler.Client!.IsOpen)
        {
            await socket.Client.TrySendAsync(RawFrame.Bytes(RawFrame.Continuation, "a"u8));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await socket.ExpectCloseAsync(1008);
        socket.Client.EndOutput();
        Assert.Equal(CloseReason.ReadTimeout, (await handler.Closed).Reason);
        Assert.Equal(["open", "close"], handler.Events);
    }

    [Fact]
    public async Task OfPingsThatCannotBeAnsweredTheLatestIs()
    {
        var open = new TaskCompletionSource<Client>();
        var handler = new RecordingHandler
        {
            Opened = client =>
            {
                client.Write(new byte[6_000_000]);
                open.SetResult(client);
            },
        };
        var (server, socket) = await StartAsync(handler, new WebSocketOptions { MaxPendingBytes = 8_000_000, MaxControlFramesPerSecond = 10_000 }, receiveBuffer: 4096);
        await using var _ = server;
        using var __ = socket;
        var client = await open.Task.Within();
        await server.HeldAsync();
        var before = client.Pending;
        Assert.True(before > 100_000);
        for (var i = 0; i < 100; i++) await socket.SendFrameAsync(RawFrame.Final | RawFrame.Ping, [(byte)i]);
        await server.HeldAsync();
        Assert.Equal(before, client.Pending);
        await socket.ReadFrameAsync();
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Pong, [99]);
        await Patience.UntilAsync(() => handler.Events.Contains("drained"));
    }

    [Fact]
    public async Task APingThatHadToWaitIsAnsweredInFrontOfTheNextMessage()
    {
        var handler = new RecordingHandler { Opened = static client => client.Write(new byte[6_000_000]) };
        var (server, socket) = await StartAsync(handler, new WebSocketOptions { MaxPendingBytes = 8_000_000 }, receiveBuffer: 4096);
        await using var _ = server;
        using var __ = socket;
        await server.HeldAsync();
        await socket.SendFrameAsync(RawFrame.Final | RawFrame.Ping, "p"u8);
        await server.HeldAsync();
        handler.Client!.Write("next");
        await server.Loop.InvokeAsync(static () => { }).Within();
        await socket.ReadFrameAsync();
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Pong, "p"u8.ToArray());
        await socket.ExpectTextAsync("next");
    }

    [Fact]
    public async Task ALargeMessageAloneIsNotTooMuch()
    {
        var handler = new RecordingHandler { Opened = static client => Assert.InRange(client.Write(new byte[6_000_000]), 0, 6_000_100) };
        var (server, socket) = await StartAsync(handler, new WebSocketOptions { MaxPendingBytes = 500_000 }, receiveBuffer: 4096);
        await using var _ = server;
        using var __ = socket;
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Binary, new byte[6_000_000]);
        Assert.True(handler.Client!.IsOpen);
    }

    [Fact]
    public async Task APeerThatDoesNotReadIsGivenUpWhenTooMuchWaits()
    {
        var handler = new RecordingHandler
        {
            Received = static (client, _) =>
            {
                while (client.Write(new byte[10_000]) >= 0)
                {
                }

                return default;
            },
        };
        var (server, socket) = await StartAsync(handler, new WebSocketOptions { MaxPendingBytes = 500_000 }, receiveBuffer: 4096);
        await using var _ = server;
        using var __ = socket;
        await socket.SendTextAsync("go");
        Assert.Equal(CloseReason.SlowConsumer, (await handler.Closed).Reason);
    }

    [Fact]
    public async Task WritingInSequenceWaitsForAPeerThatDoesNotRead()
    {
        var written = 0;
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(async socket =>
        {
            for (var i = 0; i < 300; i++)
            {
                await socket.SendAsync(new byte[50_000]);
                Volatile.Write(ref written, i + 1);
                Assert.True(socket.Pending < 200_000);
            }
        }));
        using var socket = await RawWebSocket.ConnectAsync(server, receiveBuffer: 4096);
        await server.HeldAsync();
        Assert.InRange(Volatile.Read(ref written), 1, 299);
        for (var i = 0; i < 300; i++) await socket.ExpectAsync(RawFrame.Final | RawFrame.Binary, new byte[50_000]);
        await socket.ExpectCloseAsync(1000);
    }
}
