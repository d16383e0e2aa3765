using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Messages there and back, in both styles.</summary>
public class WebSocketEchoTests
{
    private const int Text = RawFrame.Final | RawFrame.Text;
    private const int Binary = RawFrame.Final | RawFrame.Binary;

    public static TheoryData<string> Styles => ["callbacks", "sequence", "later", "late accept"];

    internal static async Task<TestServer> StartAsync(string style, WebSocketOptions? options = null) => await TestServer.StartAsync(async request =>
    {
        switch (style)
        {
            case "callbacks":
                await request.AcceptWebSocketAsync(RecordingHandler.Echo(), options);
                break;
            case "later":
                await request.AcceptWebSocketAsync(
                    new RecordingHandler
                    {
                        Received = static async (client, message) =>
                        {
                            await Task.Yield();
                            client.Write(message);
                        },
                    },
                    options);
                break;
            case "late accept":
                await Task.Yield();
                await request.AcceptWebSocketAsync(RecordingHandler.Echo(), options);
                await Task.Yield();
                break;
            default:
                await request.AcceptWebSocketAsync(
                    static async socket =>
                    {
                        await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync(message);
                    },
                    options);
                break;
        }
    });

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task MessagesComeBackInOrder(string style)
    {
        await using var server = await StartAsync(style);
        using var socket = await RawWebSocket.ConnectAsync(server);
        foreach (var length in (int[])[0, 1, 125, 126, 127, 4000, 65535, 65536, 65537, 200_000])
        {
            var payload = new byte[length];
            Random.Shared.NextBytes(payload);
            await socket.SendFrameAsync(Binary, payload);
            await socket.SendTextAsync(new string('é', length / 2));
            await socket.ExpectAsync(Binary, payload);
            await socket.ExpectAsync(Text, Encoding.UTF8.GetBytes(new string('é', length / 2)));
        }

        await socket.SendAsync(RawFrame.CloseOf(1000, "bye"));
        await socket.ExpectCloseAndEndAsync(1000);
        await server.AllClosedAsync();
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task ManyMessagesOfOneReadComeBackInOrder(string style)
    {
        await using var server = await StartAsync(style);
        using var socket = await RawWebSocket.ConnectAsync(server);
        await socket.SendAsync(Enumerable.Range(0, 1000).SelectMany(i => RawFrame.Message($"message {i}")).ToArray());
        for (var i = 0; i < 1000; i++) await socket.ExpectTextAsync($"message {i}");
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task MessagesBehindTheHandshakeAreTaken(string style)
    {
        await using var server = await StartAsync(style);
        byte[] bytes = [.. Encoding.ASCII.GetBytes(RawWebSocket.Handshake()), .. RawFrame.Message("a"), .. RawFrame.Message("b"), .. RawFrame.CloseOf(1000)];
        for (var cut = 1; cut < bytes.Length; cut += 7)
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(bytes.AsMemory(0, cut));
            await server.Loop.InvokeAsync(static () => { }).Within();
            await client.SendAsync(bytes.AsMemory(cut));
            Assert.Equal(101, (await client.ReadResponseAsync()).Status);
            Assert.Equal("8101618101628802" + "03E8", Convert.ToHexString(await client.ReadRestAsync()));
        }

        await server.AllClosedAsync();
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task AnySplitGivesTheSameMessages(string style)
    {
        await using var server = await StartAsync(style);
        byte[] stream =
        [
            .. RawFrame.Message("Hello"), .. RawFrame.Bytes(RawFrame.Text, "Mot"u8), .. RawFrame.Bytes(RawFrame.Final | RawFrame.Ping, "p"u8), .. RawFrame.Bytes(RawFrame.Continuation, "\u00e9"u8[..1]),
            .. RawFrame.Bytes(RawFrame.Final, "\u00e9t"u8[1..]), .. RawFrame.Bytes(Binary, new byte[130]), .. RawFrame.Bytes(Binary, default), .. RawFrame.CloseOf(3000),
        ];
        byte[] expected =
        [
            .. RawFrame.Bytes(Text, "Hello"u8, false), .. RawFrame.Bytes(RawFrame.Final | RawFrame.Pong, "p"u8, false), .. RawFrame.Bytes(Text, "Mot\u00e9t"u8, false), .. RawFrame.Bytes(Binary, new byte[130], false),
            .. RawFrame.Bytes(Binary, default, false), .. RawFrame.Bytes(RawFrame.Final | RawFrame.Close, [0x0B, 0xB8], false),
        ];
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            using var socket = await RawWebSocket.ConnectAsync(server);
            await socket.SendAsync(stream.AsMemory(0, cut));
            await server.Loop.InvokeAsync(static () => { }).Within();
            await socket.SendAsync(stream.AsMemory(cut));
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(await socket.Client.ReadRestAsync()));
        }

        using var bytewise = await RawWebSocket.ConnectAsync(server);
        foreach (var value in stream)
        {
            await bytewise.SendAsync(new[] { value });
            await server.Loop.InvokeAsync(static () => { }).Within();
        }

        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(await bytewise.Client.ReadRestAsync()));
        await server.AllClosedAsync();
    }
}
