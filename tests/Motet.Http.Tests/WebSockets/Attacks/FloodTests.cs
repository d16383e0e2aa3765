using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Peers that mean no good, and a neighbour who must not notice. RFC 6455 §10.4.</summary>
[Collection(nameof(Alone))]
public class FloodTests
{
    private readonly CheckedEcho _handler = new();

    [Fact]
    public async Task FloodOfPingsEndsWithPolicyViolation()
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 20);
        var pings = Repeat(peers.All[0].Encode(AttackFrame.Ping("x")), 5000);
        await peers.SendAsync(pings);
        foreach (var peer in peers.All)
        {
            var pongs = 0;
            string? said;
            while ((said = await peer.NextAsync()) == "pong \"x\"") pongs++;
            Assert.Equal("close 1008", said);
            Assert.InRange(pongs, 1, 3000);
        }

        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task PongsForOneWhoDoesNotReadTakeNoMoreMemoryThanOne()
    {
        await using var server = await StartAsync(EchoServer.Options with { MaxControlFramesPerSecond = int.MaxValue });
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peer = await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, EchoServer.Callback, receiveBuffer: 4096);
        var connection = server.Connections.Last();
        var letters = new string('a', 120);
        var many = Repeat(peer.Encode(AttackFrame.Ping(letters)), 1000);
        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(many);
            Assert.InRange(connection.Pending, 0, 100_000);
        }

        await peer.SendAsync(AttackFrame.Ping("the last"));
        await Patience.UntilAsync(() => connection.Pending > 0);
        string? said;
        while ((said = await peer.NextAsync()) != "pong \"the last\"") Assert.Equal(FrameReader.Describe("pong", System.Text.Encoding.ASCII.GetBytes(letters)), said);
    }

    [Fact]
    public async Task FloodOfEmptyFragmentsDisturbsNobody()
    {
        await using var server = await StartAsync(EchoServer.Options with { MaxEmptyFragments = int.MaxValue });
        await using (await Neighbour.StartAsync(server))
        {
            using var peers = await FloodPeers.ConnectAsync(server, 10);
            await peers.SendAsync(peers.All[0].Encode(AttackFrame.Text("a").More));
            var empty = Repeat(peers.All[0].Encode(AttackFrame.Continue("").More), 10_000);
            for (var i = 0; i < 10; i++) await peers.SendAsync(empty);
            peers.MemoryHasGrownAtMost(1_000_000);
            await peers.SendAsync(peers.All[0].Encode(AttackFrame.Continue("b")));
            foreach (var peer in peers.All) await peer.ExpectAsync("text \"ab\"");
            await peers.LeaveNothingAsync();
        }
    }

    [Fact]
    public async Task FloodOfEmptyMessagesDisturbsNobody()
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 10);
        var empty = Repeat(peers.All[0].Encode(AttackFrame.Binary("")), 5000);
        var reading = Task.WhenAll(peers.All.Select(async peer =>
        {
            for (var i = 0; i < 20_000; i++) await peer.ExpectAsync("binary \"\"");
        }));
        for (var i = 0; i < 4; i++) await peers.SendAsync(empty);
        await reading.Within();
        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task MessagesInFragmentsOfOneByteComeWhole()
    {
        const int Length = FrameRows.MaxMessageBytes;
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 10);
        byte[] tiny =
        [
            .. peers.All[0].Encode(AttackFrame.Text("a").More),
            .. Repeat(peers.All[0].Encode(AttackFrame.Continue("a").More), Length - 2),
            .. peers.All[0].Encode(AttackFrame.Continue("a")),
        ];
        await peers.SendAsync(tiny);
        var whole = FrameReader.Describe("text", System.Text.Encoding.ASCII.GetBytes(new string('a', Length)));
        foreach (var peer in peers.All) await peer.ExpectAsync(whole);
        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task MessageThatDoesNotEndIsTooBigAtTheLimit()
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 50);
        await peers.SendAsync(peers.All[0].Encode(AttackFrame.Binary("a").More));
        var part = peers.All[0].Encode(AttackFrame.Continue(new string('a', 1000)).More);
        for (var i = 0; i < 100; i++) await peers.SendAsync(part);
        foreach (var peer in peers.All)
        {
            await peer.ExpectAsync("close 1009");
            Assert.Null(await peer.NextAsync());
        }

        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task WhatIsOnlyAnnouncedTakesNoMemory()
    {
        await using var server = await StartAsync(EchoServer.Options with { MaxMessageBytes = 64 * 1024 * 1024 });
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 200);
        await peers.SendAsync(peers.All[0].Encode(AttackFrame.Binary("abc") with { Announced = 50_000_000 }));
        await server.Loop.InvokeAsync(static () => { }).Within();
        peers.MemoryHasGrownAtMost(200 * 16_384);
        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task WhoDoesNotReadItsEchoIsClosedAtTheLimit()
    {
        await using var server = await StartAsync(EchoServer.Options with { MaxPendingBytes = 500_000 });
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 5, receiveBuffer: 4096);
        var message = peers.All[0].Encode(AttackFrame.Binary(new string('a', 60_000)));
        var connections = server.Connections.Skip(1).ToArray();
        for (var i = 0; i < 1000 && connections.Any(connection => connection.IsOpen); i++)
        {
            await peers.SendAsync(message);
            Assert.All(connections, connection => Assert.InRange(connection.Pending, 0, 600_000));
        }

        Assert.All(connections, connection => Assert.Equal(CloseReason.SlowConsumer, connection.CloseReason));
        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task WhoDoesNotReadItsEchoIsNotReadWhereWritesWait()
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peer = await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, "/waiting", receiveBuffer: 4096);
        var connection = server.Connections.Last();
        var message = peer.Encode(AttackFrame.Binary(new string('a', 60_000)));
        var echo = FrameReader.Describe("binary", System.Text.Encoding.ASCII.GetBytes(new string('a', 60_000)));
        const int Messages = 400;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Messages; i++) await peer.SendAsync(message);
        });
        for (var (turns, before) = (0, 0); turns < 300; turns++)
        {
            await server.Loop.InvokeAsync(static () => { }).Within();
            if (connection.Pending == 0 || connection.Pending != before) turns = 0;
            before = connection.Pending;
        }

        Assert.False(sending.IsCompleted);
        Assert.InRange(connection.Pending, 1, 400_000);
        for (var i = 0; i < Messages; i++) await peer.ExpectAsync(echo);
        await sending.Within();
    }

    [Fact]
    public async Task PeersThatDoNotAnswerPingsAreEndedAndOthersNot()
    {
        await using var server = await StartAsync(EchoServer.Options with { PingInterval = TimeSpan.FromMilliseconds(300), PongTimeout = TimeSpan.FromMilliseconds(400) });
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, 50);
        using var alive = await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, EchoServer.Callback);
        for (var i = 0; i < 5; i++)
        {
            await alive.ExpectAsync("ping \"\"");
            await alive.SendAsync(AttackFrame.Pong(""));
        }

        await server.AllButAsync(2);
        Assert.All(server.Connections.Skip(1).Take(50), connection => Assert.Equal(CloseReason.PingTimeout, connection.CloseReason));
        await alive.ExpectAsync("ping \"\"");
        await alive.SendAsync(AttackFrame.Pong(""));
        alive.Dispose();
        await peers.LeaveNothingAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FiveThousandThatVanishLeaveNothing(bool resets)
    {
        const int Count = 5000;
        var options = resets ? EchoServer.Options : EchoServer.Options with { PingInterval = TimeSpan.FromSeconds(2), PongTimeout = TimeSpan.FromSeconds(1) };
        await using var server = await StartAsync(options);
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peers = await FloodPeers.ConnectAsync(server, Count);
        if (resets) peers.Reset();
        await server.AllButAsync(1);
        Assert.Equal(Count, _handler.Closed);
        Assert.Equal(Count, _handler.Ends.Count(end => end.Reason == (resets ? CloseReason.PeerReset : CloseReason.PingTimeout)));
        await peers.LeaveNothingAsync();
    }

    [Fact]
    public async Task WhoReadsByteByByteGetsEverything()
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peer = await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, EchoServer.Callback, receiveBuffer: 2048);
        await peer.SendAsync(AttackFrame.Binary(new string('a', 60_000)));
        var one = new byte[1];
        for (var i = 0; i < 60_004; i++)
        {
            Assert.Equal(1, peer.Socket.Receive(one));
            if (i >= 4) Assert.Equal((byte)'a', one[0]);
        }
    }

    private static byte[] Repeat(byte[] bytes, int times)
    {
        var result = new byte[bytes.Length * times];
        for (var i = 0; i < times; i++) bytes.CopyTo(result, i * bytes.Length);
        return result;
    }

    private Task<TestServer> StartAsync(WebSocketOptions? options = null) => TestServer.StartAsync(async request =>
    {
        if (request.Path == "/waiting") await request.AcceptWebSocketAsync(EchoWaitingAsync, options ?? EchoServer.Options);
        else await EchoServer.ServeAsync(request, _handler, options ?? EchoServer.Options);
    });

    private static async Task EchoWaitingAsync(WebSocket socket)
    {
        await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync(message);
    }
}
