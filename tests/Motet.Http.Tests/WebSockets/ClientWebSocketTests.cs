using System.Net.WebSockets;
using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>The framework's own client as the peer, with each way to compress.</summary>
public class ClientWebSocketTests
{
    private static readonly WebSocketOptions Compressing = new() { Compression = new WebSocketCompression { MinBytes = 0, ServerContextTakeover = true, ClientContextTakeover = true }, SubProtocols = ["chat"], MaxMessageBytes = 1 << 20 };

    public static TheoryData<bool, bool, int, int> Ways => new()
    {
        { true, true, 15, 15 },
        { false, false, 15, 15 },
        { true, false, 15, 9 },
        { false, true, 9, 15 },
        { true, true, 10, 10 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task MessagesGoThereAndBack(bool serverContext, bool clientContext, int serverBits, int clientBits)
    {
        var handler = RecordingHandler.Echo();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, Compressing));
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat");
        client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions { ServerContextTakeover = serverContext, ClientContextTakeover = clientContext, ServerMaxWindowBits = serverBits, ClientMaxWindowBits = clientBits };
        await client.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws" }.Uri, default).Within();
        Assert.Equal("chat", client.SubProtocol);

        var random = new Random(7);
        var buffer = new byte[1 << 20];
        foreach (var length in (int[])[0, 1, 100, 125, 126, 5000, 40_000, 70_000, 300_000])
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, (length / 8) + 1).Select(_ => $"é{random.Next(1000)} "))[..(length / 2)]);
            foreach (var fragments in (int[])[1, 3])
            {
                var part = text.Length / fragments;
                for (var i = 0; i < fragments; i++)
                {
                    var piece = i == fragments - 1 ? text.AsMemory(i * part) : text.AsMemory(i * part, part);
                    await client.SendAsync(piece, WebSocketMessageType.Text, endOfMessage: i == fragments - 1, default).AsTask().Within();
                }

                var received = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    result = await client.ReceiveAsync(buffer.AsMemory(received), default).AsTask().Within();
                    received += result.Count;
                }
                while (!result.EndOfMessage);
                Assert.Equal(WebSocketMessageType.Text, result.MessageType);
                Assert.True(text.AsSpan().SequenceEqual(buffer.AsSpan(0, received)));
            }
        }

        Assert.True(((Motet.Http.WebSocket)handler.Client!).IsCompressed);
        await client.CloseAsync((WebSocketCloseStatus)4000, "bye", default).Within();
        Assert.Equal(new CloseDetails(CloseReason.PeerClosed, (CloseCode)4000, "bye"), await handler.Closed);
        Assert.Equal((WebSocketCloseStatus)4000, client.CloseStatus);
    }

    [Fact]
    public async Task AServerClosesWithACodeAndAReason()
    {
        var handler = new RecordingHandler { Opened = static client => client.Close((CloseCode)4321, "go away") };
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws" }.Uri, default).Within();
        await client.ReceiveAsync(new byte[10].AsMemory(), default).AsTask().Within();
        Assert.Equal(((WebSocketCloseStatus)4321, "go away"), (client.CloseStatus!.Value, client.CloseStatusDescription));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).Within();
        Assert.Equal(CloseReason.Closed, (await handler.Closed).Reason);
    }
}
