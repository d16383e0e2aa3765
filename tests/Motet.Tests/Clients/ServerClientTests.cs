using System.Net.Sockets;
using Motet.Http;
using Motet.Net;

namespace Motet.Tests;

/// <summary>The ways in which a server gets clients, one handler for all of them.</summary>
public sealed class ServerClientTests
{
    [Fact]
    public async Task OneHandlerServesEveryProtocol()
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}.sock");
        var handler = new Greeter();
        await using var server = new Server(new ServerOptions { Loops = 1, UnixSocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite });
        server.Listen("http://127.0.0.1:0");
        server.Listen("tcp://127.0.0.1:0", handler);
        server.Listen($"unix://{path}", () => handler);
        server.EventSource("/chat", handler);
        server.Upgrade("greet", handler);
        await server.StartAsync().Within();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));

        using var tcp = await RawClient.ConnectAsync(server.EndPoints[1]);
        Assert.Equal("hello Raw", await tcp.ReceiveUntilAsync("hello Raw"));
        using var unix = await RawClient.ConnectAsync(server.EndPoints[2]);
        Assert.Equal("hello Raw", await unix.ReceiveUntilAsync("hello Raw"));
        using var events = await RawClient.ConnectAsync(server.EndPoints[0]);
        await events.SendAsync("GET /chat HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
        Assert.EndsWith("\r\n\r\ndata: hello EventStream\n\n", await events.ReceiveUntilAsync("\n\n"));
        using var upgraded = await RawClient.ConnectAsync(server.EndPoints[0]);
        await upgraded.SendAsync("GET /anything HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: GREET\r\n\r\n");
        Assert.EndsWith("\r\n\r\nhello Raw", await upgraded.ReceiveUntilAsync("hello Raw"));

        await server.StopAsync().Within();
        Assert.EndsWith("bye", await tcp.ReceiveToEndAsync());
        Assert.EndsWith("bye", await unix.ReceiveToEndAsync());
        Assert.EndsWith("data: bye\n\n", await events.ReceiveToEndAsync());
        Assert.EndsWith("bye", await upgraded.ReceiveToEndAsync());
        Assert.Equal(4, handler.Closed);
    }

    [Fact]
    public async Task EachClientMayHaveAHandlerOfItsOwn()
    {
        var made = 0;
        await using var server = await StartAsync(server => server.Listen("tcp://127.0.0.1:0", () =>
        {
            Interlocked.Increment(ref made);
            return new Greeter();
        }));
        for (var i = 1; i <= 3; i++)
        {
            using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
            await client.ReceiveUntilAsync("hello");
            Assert.Equal(i, made);
        }
    }

    [Fact]
    public async Task AnUpgradeMayBeServedInSequence()
    {
        await using var server = await StartAsync(server =>
        {
            server.Listen("http://127.0.0.1:0");
            server.Upgrade("echo/2", async connection =>
            {
                var buffer = new byte[100];
                while (await connection.ReadAsync(buffer) is > 0 and var read) await connection.WriteAsync(buffer.AsMemory(0, read));
            });
        });
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other, echo/2\r\n\r\nabc");

        Assert.Contains("\r\nUpgrade: echo/2\r\n", await client.ReceiveUntilAsync("\r\n\r\nabc"));
    }

    [Fact]
    public async Task EventsInSequenceEndWithTheMethod()
    {
        await using var server = await StartAsync(server =>
        {
            server.Listen("http://127.0.0.1:0");
            server.EventSource("/count", async stream =>
            {
                for (var i = 1; i <= 3; i++) await stream.SendEventAsync($"{i}");
            });
        });
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET /count HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");

        Assert.EndsWith("data: 1\n\ndata: 2\n\ndata: 3\n\n", await client.ReceiveToEndAsync());
    }

    [Fact]
    public async Task ClientsThatDoNotLeaveAreEndedWhenTheGraceIsOver()
    {
        await using var server = new Server(new ServerOptions { Loops = 1, DrainTimeout = TimeSpan.FromMilliseconds(50) });
        server.Listen("tcp://127.0.0.1:0", new Stubborn());
        await server.StartAsync().Within();
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.ReceiveUntilAsync("hello");
        await server.StopAsync().Within();

        await Assert.ThrowsAsync<SocketException>(client.ReceiveToEndAsync);
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("WebSocket")]
    [InlineData("a b")]
    [InlineData("a, b")]
    [InlineData("")]
    public void AnUpgradeHasTheNameOfAnotherProtocol(string protocol) => Assert.Throws<ArgumentException>(() => new Server().Upgrade(protocol, new Greeter()));

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http+unix:///tmp/x")]
    public void RawClientsAreNotListenedForOnAnHttpAddress(string url) => Assert.Throws<ArgumentException>(() => new Server().Listen(url, new Greeter()));

    private static async Task<Server> StartAsync(Action<Server> setUp)
    {
        var server = new Server(new ServerOptions { Loops = 1 });
        setUp(server);
        await server.StartAsync().Within();
        return server;
    }

    private sealed class Greeter : ClientHandler
    {
        public int Closed;

        public override void OnOpen(Client client) => client.Write($"hello {client.Protocol}");

        public override void OnShutdown(Client client) => client.Write("bye");

        public override void OnClose(Client client, CloseDetails close) => Interlocked.Increment(ref Closed);
    }

    private sealed class Stubborn : ClientHandler
    {
        public override void OnOpen(Client client) => client.Write("hello");

        public override async ValueTask OnShutdownAsync(Client client) => await Task.Delay(Timeout.Infinite);
    }
}
