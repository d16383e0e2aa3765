using System.Net;
using System.Net.Sockets;
using System.Text;
using Motet.PubSub;

namespace Motet.Tests;

/// <summary>Subscribers that do not read, of three protocols and on all loops, among others who do.</summary>
[Collection(nameof(Alone))]
public class SlowSubscriberTests
{
    private const int Slow = 9;
    private const int Fast = 12;
    private const int Loops = 3;
    private const int Channel = 0;

    [Fact]
    public async Task ThoseWhoDoNotReadAreClosedAndNobodyElseLosesAnything()
    {
        var ledger = new SoakLedger(Loops + 1, channels: 1);
        var hub = new PubSubHub(new PubSubOptions { HighWatermark = 64 * 1024, MaxWaitingBytes = 200_000 });
        SoakHandler handler = null!;
        await using var server = await SoakServer.StartAsync(Loops, loops => handler = new SoakHandler(hub, ledger, loops.Loops));
        var slow = new List<Socket>();
        var fast = new List<SoakClient>();
        try
        {
            for (var i = 0; i < Slow; i++) slow.Add(await ConnectWithoutReadingAsync(i % 3, server));
            for (var i = 0; i < Fast; i++) fast.Add(await SoakClient.ConnectAsync(i % 3, server, Loops + 1, [Channel]));
            await Patience.UntilAsync(() => hub.GetSubscriberCount($"soak/{Channel}") == Slow + Fast);
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            var more = new string('a', 2000);
            for (var i = 0; i < 20_000 && handler.Slow < Slow; i++)
            {
                SoakHandler.Publish(hub, ledger, Loops, Channel, more);
                if (i % 20 > 0) continue;

                // As fast as those who read, who have less to wait for than makes them slow.
                var begun = ledger.Begun(Channel);
                foreach (var client in fast) await Patience.UntilAsync(() => client.Look(checker => checker.HasAll(Channel, begun)), () => $"{client.Look(checker => checker.Missing(Channel, begun))}; {handler.Slow} are slow.");
            }

            Assert.Equal(Slow, handler.Slow);
            Assert.Empty(handler.Complaints);
            Assert.All(fast, client => Assert.Null(client.Look(checker => checker.Complaint)));
            Assert.Equal(Fast, hub.GetSubscriberCount($"soak/{Channel}"));
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 8_000_000);
        }
        finally
        {
            foreach (var socket in slow) socket.Dispose();
            foreach (var client in fast) await client.DisposeAsync();
        }
    }

    private static async Task<Socket> ConnectWithoutReadingAsync(int kind, SoakServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(kind == 2 ? server.Raw : (IPEndPoint)server.Http).Within();
        switch (kind)
        {
            case 0:
                // A text in a frame whose key is zero (RFC 6455 §5.3).
                await SendAsync("GET /soak HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\u0081\u0086\0\0\0\0join 0");
                break;
            case 1:
                await SendAsync("GET /soak?0 HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
                break;
            default:
                await SendAsync("join 0\n");
                break;
        }

        return socket;

        Task SendAsync(string text) => socket.SendAsync(Encoding.Latin1.GetBytes(text)).Within();
    }
}
