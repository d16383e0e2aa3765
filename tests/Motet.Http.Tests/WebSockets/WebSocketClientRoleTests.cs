using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>The other side: what a client must do, and what a server must not. RFC 6455 §5.1, §7.1.1.</summary>
public class WebSocketClientRoleTests
{
    private const int Text = RawFrame.Final | RawFrame.Text;

    [Fact]
    public async Task WhatAClientSendsIsMaskedWithFreshKeys()
    {
        await using var link = await Link.ConnectAsync(RecordingHandler.Echo());
        var keys = new HashSet<uint>();
        foreach (var length in (int[])[0, 1, 125, 126, 5000, 65535, 65536, 200_000])
        {
            var payload = new byte[length];
            Random.Shared.NextBytes(payload);
            await link.Server.SendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Binary, payload, isMasked: false));
            var (frame, key) = await link.ReadAsync();
            Assert.Equal(RawFrame.Final | RawFrame.Binary, frame.First);
            Assert.Equal(payload, frame.Payload);
            Assert.True(keys.Add(key));
        }

        await link.Server.SendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Ping, "p"u8, isMasked: false));
        var (pong, _) = await link.ReadAsync();
        Assert.Equal((RawFrame.Final | RawFrame.Pong, "p"), (pong.First, pong.PayloadText));
    }

    [Fact]
    public async Task ASharedMessageIsMaskedToo()
    {
        await using var link = await Link.ConnectAsync(new RecordingHandler { Opened = static client => client.Write(new SharedMessage("shared")) });
        var (frame, key) = await link.ReadAsync();
        Assert.Equal((Text, "shared"), (frame.First, frame.PayloadText));
        Assert.NotEqual(0u, key);
    }

    [Theory]
    [InlineData("8180")]
    [InlineData("8980")]
    [InlineData("c100")]
    [InlineData("8000")]
    public async Task AViolationOfTheServerIsAnswered(string hex)
    {
        var handler = new RecordingHandler();
        await using var link = await Link.ConnectAsync(handler);
        await link.Server.SendAsync(Convert.FromHexString(hex));
        var (close, _) = await link.ReadAsync();
        Assert.Equal((RawFrame.Final | RawFrame.Close, 1002), (close.First, close.CloseCode));
        link.Server.EndOutput();
        Assert.Equal(CloseCode.ProtocolError, (await handler.Closed).Code);
    }

    [Fact]
    public async Task TheServerEndsTheConnectionFirst()
    {
        var handler = new RecordingHandler();
        await using var link = await Link.ConnectAsync(handler);
        await link.Server.SendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Close, [0x03, 0xE9], isMasked: false));
        var (close, _) = await link.ReadAsync();
        Assert.Equal((RawFrame.Final | RawFrame.Close, 1001), (close.First, close.CloseCode));
        Assert.False(handler.Closed.IsCompleted);
        link.Server.EndOutput();
        await link.Server.ExpectEndAsync();
        Assert.Equal(new CloseDetails(CloseReason.PeerClosed, CloseCode.GoingAway), await handler.Closed);
    }

    [Fact]
    public async Task AServerThatDoesNotEndTheConnectionIsNotWaitedForLong()
    {
        var handler = new RecordingHandler { Opened = static client => client.Close() };
        await using var link = await Link.ConnectAsync(handler, new WebSocketOptions { CloseTimeout = TimeSpan.FromMilliseconds(100) });
        var (close, _) = await link.ReadAsync();
        Assert.Equal(1000, close.CloseCode);
        await link.Server.SendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Close, [0x03, 0xE8], isMasked: false));
        await link.Server.ExpectEndAsync();
        Assert.Equal(new CloseDetails(CloseReason.Closed, CloseCode.Normal), await handler.Closed);
    }

    [Fact]
    public async Task BothRolesUnderstandEachOtherCompressed()
    {
        var compression = new WebSocketOptions { Compression = new WebSocketCompression { MinBytes = 0, ServerContextTakeover = true, ClientContextTakeover = true } };
        foreach (var agreed in (DeflateParameters[])[new(true, true, null, null), new(false, false, null, null), new(true, true, 9, 9), new(false, false, 8, 12)])
        {
            var text = string.Concat(Enumerable.Range(0, 1000).Select(i => $"number {i % 77} "));
            var received = new List<string>();
            var done = new TaskCompletionSource();
            var client = new RecordingHandler
            {
                Opened = socket =>
                {
                    for (var i = 0; i < 5; i++) socket.Write(text[i..]);
                },
                Received = (socket, message) =>
                {
                    received.Add(message.ToString());
                    if (received.Count == 5) done.SetResult();
                    return default;
                },
            };
            await using var loop = EventLoopGroup.Start(1);
            await using var listener = await Listener.StartAsync(loop, new IPEndPoint(IPAddress.Loopback, 0), connection =>
            {
                var socket = new WebSocket(connection, RecordingHandler.Echo(), compression, isServer: true, null, agreed, null);
                connection.EventLoop.Post(socket.Open);
                return socket.Start();
            });
            await loop.Loops[0].InvokeAsync(async () =>
            {
                var connection = await Connector.ConnectAsync(listener.LocalEndPoint);
                WebSocket.BeginClient(connection, client, compression, null, agreed);
            }).Within();
            await done.Task.Within();
            Assert.Equal(Enumerable.Range(0, 5).Select(i => text[i..]), received);
        }
    }

    /// <summary>A WebSocket of the client's side and the raw end of its connection.</summary>
    private sealed class Link : IAsyncDisposable
    {
        private readonly EventLoopGroup _loops;

        private Link(EventLoopGroup loops, RawClient server)
        {
            _loops = loops;
            Server = server;
        }

        public RawClient Server { get; }

        public static async Task<Link> ConnectAsync(ClientHandler handler, WebSocketOptions? options = null)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var loops = EventLoopGroup.Start(1);
            await loops.Loops[0].InvokeAsync(async () =>
            {
                var connection = await Connector.ConnectAsync(listener.LocalEndPoint!);
                WebSocket.BeginClient(connection, handler, options ?? WebSocketOptions.Default, null, null);
            }).Within();
            return new Link(loops, RawClient.Over(await listener.AcceptAsync().Within()));
        }

        public async Task<(RawFrame Frame, uint Key)> ReadAsync()
        {
            var header = await Server.ReadExactlyAsync(2);
            Assert.True(header[1] >= 0x80, "A client has to mask.");
            long length = header[1] & 0x7F;
            if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await Server.ReadExactlyAsync(2));
            else if (length == 127) length = BinaryPrimitives.ReadInt64BigEndian(await Server.ReadExactlyAsync(8));
            var key = await Server.ReadExactlyAsync(4);
            var payload = await Server.ReadExactlyAsync((int)length);
            for (var i = 0; i < payload.Length; i++) payload[i] ^= key[i & 3];
            return (new RawFrame(header[0], payload), BitConverter.ToUInt32(key));
        }

        public async ValueTask DisposeAsync()
        {
            Server.Dispose();
            await _loops.DisposeAsync();
        }
    }
}
