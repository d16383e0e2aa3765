using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.PubSub.Tests;

/// <summary>Over real sockets, with peers that read when they like.</summary>
public sealed class SocketTests : HubTests
{
    [Fact]
    public async Task APeerThatDoesNotReadGetsEverythingLaterAndHoldsUpNobody()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxWaitingMessages = 100_000, MaxWaitingBytes = 100_000_000, HighWatermark = 100_000 });
        await using var loops = EventLoopGroup.Start(2);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), () => new Joining(Hub));
        using var slow = await ConnectAsync(listener);
        using var fast = await ConnectAsync(listener);
        await Patience.UntilAsync(() => Hub.GetSubscriberCount("x") == 2);

        const int Count = 20_000;
        var padding = new string('.', 1000);
        var reading = Task.Run(() => ReadAll(fast, Count));
        for (var i = 0; i < Count; i++)
        {
            Hub.Publish("x", $"{i}{padding}\n");
            // No faster than the fast one reads.
            if (i % 1000 == 0)
            {
                foreach (var loop in loops.Loops) await loop.InvokeAsync(() => { }).Within();
            }
        }

        Assert.Equal(Enumerable.Range(0, Count), await reading.Within());
        Assert.Equal(Enumerable.Range(0, Count), await Task.Run(() => ReadAll(slow, Count)).Within());
        Assert.Equal(0, Hub.GetStatistics().Dropped);
    }

    [Fact]
    public async Task APeerThatDoesNotReadIsClosed()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxWaitingBytes = 100_000 });
        await using var loops = EventLoopGroup.Start(1);
        var handler = new Joining(Hub);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), () => handler);
        using var slow = await ConnectAsync(listener);
        await Patience.UntilAsync(() => Hub.GetSubscriberCount("x") == 1);
        var text = new string('.', 10_000);
        for (var i = 0; i < 5000 && !handler.Closed.Task.IsCompleted; i++)
        {
            Hub.Publish("x", text);
            await loops.Loops[0].InvokeAsync(() => { }).Within();
        }

        Assert.Equal(CloseReason.SlowConsumer, (await handler.Closed.Task.Within()).Reason);
        await Patience.UntilAsync(() => Hub.GetSubscriberCount("x") == 0);
    }

    [Fact]
    public async Task WhatIsPublishedInOneTurnComesTogether()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), () => new Joining(Hub));
        using var peer = await ConnectAsync(listener);
        await Patience.UntilAsync(() => Hub.GetSubscriberCount("x") == 1);
        await loops.Loops[0].InvokeAsync(() =>
        {
            for (var i = 0; i < 10; i++) Hub.Publish("x", $"{i}");
        }).Within();
        // One write of the server is one read here: there was nothing before it.
        var buffer = new byte[100];
        Assert.Equal("0123456789", Encoding.UTF8.GetString(buffer, 0, peer.Receive(buffer)));
    }

    [Theory]
    [InlineData(1000, 2000)]
    [InlineData(256 * 1024, 300_000)]
    public async Task AClientThatTakesALongMessageAtOnceIsNotSlow(int highWatermark, int length)
    {
        Hub = new PubSubHub(new PubSubOptions { HighWatermark = highWatermark });
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), () => new Joining(Hub));
        using var peer = await ConnectAsync(listener);
        await Patience.UntilAsync(() => Hub.GetSubscriberCount("x") == 1);
        var reading = Task.Run(() => ReadAll(peer, 3));
        Hub.Publish("x", "1" + new string('.', length) + "\n");
        await loops.Loops[0].InvokeAsync(() => Hub.Publish("x", "2" + new string('.', length) + "\n")).Within();
        await loops.Loops[0].InvokeAsync(() => Hub.Publish("x", "3\n")).Within();

        Assert.Equal([1, 2, 3], await reading.Within());
    }

    private static async Task<Socket> ConnectAsync(Listener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.Limit.TotalMilliseconds };
        await socket.ConnectAsync(listener.LocalEndPoint).Within();
        return socket;
    }

    private static List<int> ReadAll(Socket socket, int count)
    {
        using var reader = new StreamReader(new NetworkStream(socket));
        var numbers = new List<int>();
        while (numbers.Count < count && reader.ReadLine() is { } line) numbers.Add(int.Parse(line.TrimEnd('.')));
        return numbers;
    }

    private sealed class Joining(PubSubHub hub) : ClientHandler
    {
        public TaskCompletionSource<CloseDetails> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void OnOpen(Client client) => hub.Subscribe(client, "x");

        public override void OnClose(Client client, CloseDetails close) => Closed.TrySetResult(close);
    }
}
