using System.Net.WebSockets;
using System.Text;

namespace Motet.Tests;

/// <summary>The WebSockets of the Testbed, with the client of the framework.</summary>
[Collection(TestbedCollection.Name)]
public sealed class TestbedClientTests(TestbedFixture testbed)
{
    [Theory]
    [InlineData("/echo", WebSocketMessageType.Text)]
    [InlineData("/echo", WebSocketMessageType.Binary)]
    [InlineData("/ws-sequential", WebSocketMessageType.Text)]
    [InlineData("/ws-sequential", WebSocketMessageType.Binary)]
    public async Task AMessageComesBackAsItWent(string path, WebSocketMessageType type)
    {
        using var client = await ConnectAsync(path);
        foreach (var text in (string[])["", "hello", new string('x', 100_000)])
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, CancellationToken.None).Within();
            Assert.Equal((text, type), await ReceiveAsync(client));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None).Within();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task AMessageOfTheChatGoesToAll()
    {
        using var one = await ConnectAsync("/chat");
        using var two = await ConnectAsync("/chat");
        await one.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Within();

        Assert.Equal(("hello", WebSocketMessageType.Text), await ReceiveAsync(one));
        Assert.Equal(("hello", WebSocketMessageType.Text), await ReceiveAsync(two));
    }

    private async Task<ClientWebSocket> ConnectAsync(string path)
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(testbed.Url(path)) { Scheme = "ws" }.Uri, CancellationToken.None).Within();
        return client;
    }

    private static async Task<(string Text, WebSocketMessageType Type)> ReceiveAsync(ClientWebSocket client)
    {
        var bytes = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await client.ReceiveAsync(buffer, CancellationToken.None).Within();
            bytes.AddRange(buffer.AsSpan(0, received.Count));
            if (received.EndOfMessage) return (Encoding.UTF8.GetString([.. bytes]), received.MessageType);
        }
    }
}
