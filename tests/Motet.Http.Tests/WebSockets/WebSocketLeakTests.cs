using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>What is left of WebSockets whose peer vanished, at whatever step: nothing.</summary>
[Collection(nameof(Alone))]
public class WebSocketLeakTests
{
    private static readonly byte[] Handshake = Encoding.ASCII.GetBytes(RawWebSocket.Handshake("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));

    private static readonly byte[] Stream =
    [
        .. RawFrame.Message("a"), .. RawFrame.Bytes(RawFrame.Final | RawFrame.Ping, "p"u8), .. RawFrame.Bytes(RawFrame.Text, "begun"u8), .. RawFrame.Bytes(RawFrame.Continuation, new byte[300]), .. RawFrame.Bytes(RawFrame.Final, default),
        .. Convert.FromHexString("c18700000000f248cdc9c90700"), .. RawFrame.Message("wait"), .. RawFrame.Message("close"), .. RawFrame.CloseOf(1000),
    ];

    [Fact]
    public async Task NothingIsLeftOfPeersThatVanished()
    {
        var open = 0;
        var waiting = 0;
        var options = new WebSocketOptions { Compression = new WebSocketCompression { ServerContextTakeover = true, ClientContextTakeover = true, MinBytes = 0 } };
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(new Handler(delta => Interlocked.Add(ref open, delta), delta => Interlocked.Add(ref waiting, delta)), options));
        byte[] bytes = [.. Handshake, .. Stream];
        async Task VanishAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var client = await server.ConnectAsync();
                await client.TrySendAsync(bytes.AsMemory(0, Handshake.Length - 2 + i % (Stream.Length + 3)));
                if (i % 3 == 0) await Task.Yield();
                if (i % 4 == 0) client.Dispose();
                else client.Reset();
            }

            await Patience.UntilAsync(
                () => server.Listener.AcceptedConnections == server.Connections.Count && server.Listener.OpenConnections == 0 && Volatile.Read(ref open) == 0 && Volatile.Read(ref waiting) == 0,
                () => $"{server.Listener.OpenConnections} connections, {open} handlers that were not told, {waiting} that wait.");
        }

        await VanishAsync(Stream.Length + 3);
        var descriptors = Directory.GetFiles("/proc/self/fd").Length;
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        await VanishAsync(8 * (Stream.Length + 3));
        server.Connections.Clear();
        await Patience.UntilAsync(() => Directory.GetFiles("/proc/self/fd").Length <= descriptors + 2, () => $"There were {descriptors} descriptors, and are {Directory.GetFiles("/proc/self/fd").Length}.");
        await Patience.UntilAsync(() => GC.GetTotalMemory(forceFullCollection: true) < memory + (2 << 20));
        Assert.Empty(server.Log.Entries);
    }

    private sealed class Handler(Action<int> opened, Action<int> waits) : ClientHandler
    {
        public override void OnOpen(Client client) => opened(1);

        public override async ValueTask OnMessageAsync(Client client, Message message)
        {
            client.Write(message);
            if (message.Length == 5 && message.ToString() == "close") client.Close();
            if (message.Length != 4) return;
            waits(1);
            await Task.Delay(5);
            waits(-1);
        }

        public override void OnClose(Client client, CloseDetails close) => opened(-1);
    }
}
