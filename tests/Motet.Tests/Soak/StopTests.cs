using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Motet.PubSub;

namespace Motet.Tests;

/// <summary>A server with many clients of three protocols stops.</summary>
[Collection(nameof(Alone))]
public class StopTests
{
    private const int Loops = 2;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task AllAreToldAndGetWhatWasWrittenAndTheEnd(int silent)
    {
        const int Count = 60;
        var ledger = new SoakLedger(Loops, channels: 1);
        SoakHandler handler = null!;
        await using var server = await SoakServer.StartAsync(Loops, loops => handler = new SoakHandler(new PubSubHub(), ledger, loops.Loops));
        var clients = new List<SoakClient>();
        for (var i = 0; i < Count; i++) clients.Add(await SoakClient.ConnectAsync(i % 3, server, Loops, [0]));
        var sockets = new List<Socket>();
        for (var i = 0; i < silent; i++) sockets.Add(await ConnectSilentAsync(server));
        await Patience.UntilAsync(() => handler.Open == Count + silent && clients.All(client => client.Look(checker => checker.Has(0))));

        var clock = Stopwatch.StartNew();
        await server.StopAsync(TimeSpan.FromSeconds(2)).Within();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(silent == 0 ? 2 : 10));
        Assert.Equal((Count + silent, 0), (handler.ToldToStop, handler.Open));
        for (var i = 0; i < Count; i++)
        {
            await clients[i].EndedAsync();
            Assert.Equal((null, 1), (clients[i].Look(checker => checker.Complaint), clients[i].Look(checker => checker.Messages)));
            if (i % 3 == 0) Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, clients[i].CloseStatus);
            await clients[i].DisposeAsync();
        }

        foreach (var socket in sockets) socket.Dispose();
    }

    /// <summary>A WebSocket whose peer never answers, not even a close.</summary>
    private static async Task<Socket> ConnectSilentAsync(SoakServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Http).Within();
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /soak HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")).Within();
        return socket;
    }
}
