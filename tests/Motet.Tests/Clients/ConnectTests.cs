using System.Net;
using System.Net.Sockets;
using Motet.Http;
using Motet.Net;
using Motet.PubSub;
using Motet.Runtime;

namespace Motet.Tests;

/// <summary>Motet's clients and Motet's server, both sides of the same wire.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task OneHandlerTalksToAnotherWhateverTheProtocol()
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}.sock");
        var echo = new Logbook { Receive = (client, message) => client.Write(message) };
        await using var server = new Server(new ServerOptions { Loops = 2 });
        server.Listen("http://127.0.0.1:0");
        server.Listen($"http+unix://{path}1");
        server.Listen("tcp://127.0.0.1:0", echo);
        server.Listen($"unix://{path}2", echo);
        server.WebSocket("/echo", echo);
        await server.StartAsync().Within();

        foreach (var url in (string[])[$"ws://{server.EndPoints[0]}/echo", $"ws://localhost:{PortOf(server, 0)}/echo?x", $"ws+unix://{path}1:/echo", $"tcp://{server.EndPoints[2]}", $"tcp://localhost:{PortOf(server, 2)}", $"unix://{path}2"])
        {
            var logbook = new Logbook();
            var client = await Client.ConnectAsync(url, logbook).Within();
            Assert.True(client.IsOpen);
            client.Write("hello");
            await logbook.UntilAsync("message hello");
            client.Close();
            await logbook.UntilAsync("close");
            Assert.Equal(["open", "message hello", "close"], logbook.Calls);
            Assert.Equal(CloseReason.Closed, client.CloseDetails.Reason);
            Assert.Same(EventLoop.Shared, client.EventLoop);
        }

        await echo.UntilAsync("close", 6);
    }

    [Fact]
    public async Task InSequenceTooOnTheLoopThatItWasAskedFor()
    {
        await using var server = await StartAsync(server => server.WebSocket("/upper", async socket =>
        {
            await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync(message.ToString().ToUpperInvariant());
        }));
        using var loop = EventLoop.Start();
        var got = new TaskCompletionSource<string>();
        var client = await loop.RunAsync(() => Client.ConnectAsync(Url(server, "/upper"), async client =>
        {
            await client.SendAsync("hello");
            got.SetResult($"{await client.ReceiveAsync()}");
        })).Within();

        Assert.Equal("HELLO", await got.Task.Within());
        Assert.Same(loop, client.EventLoop);
        await Patience.UntilAsync(() => client.CloseDetails.Reason == CloseReason.Closed);
        Assert.Equal(CloseCode.Normal, client.CloseDetails.Code);
    }

    [Fact]
    public async Task HeadersCookiesAndSubProtocolsReachTheServer()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = await StartAsync(server => server.WebSocket(
            "/chat",
            new Logbook
            {
                Open = client =>
                {
                    var request = ((WebSocket)client).Request!;
                    seen.SetResult($"{request.Target} {request.Host} {request.Headers["X-A"]} {request.Cookies["a"]} {request.Cookies["b"]} {((WebSocket)client).SubProtocol} {((WebSocket)client).IsCompressed}");
                },
            },
            new WebSocketOptions { SubProtocols = ["v2", "v1"], Compression = new WebSocketCompression() }));
        var options = new ClientConnectOptions
        {
            Headers = [new("X-A", "1")],
            Cookies = [new("a", "x"), new("b", "\"y=z\"")],
            WebSocket = new WebSocketOptions { SubProtocols = ["v1", "v2"], Compression = new WebSocketCompression() },
        };
        var client = (WebSocket)await Client.ConnectAsync(Url(server, "/chat?q=1"), new Logbook(), options).Within();

        Assert.Equal($"/chat?q=1 {server.EndPoints[0]} 1 x \"y=z\" {client.SubProtocol} True", await seen.Task.Within());
        Assert.True(client.IsCompressed);
    }

    [Fact]
    public async Task WhoCannotBeReachedIsToldToTheHandlerAndToTheCaller()
    {
        await using var server = await StartAsync(server => server.Http("/page", request => request.RespondAsync("page")));
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        foreach (var (url, type) in (ValueTuple<string, Type>[])
            [
                ($"tcp://{closed.LocalEndPoint}", typeof(SocketException)), ($"ws://{closed.LocalEndPoint}/", typeof(SocketException)), ("unix:///nowhere/at/all", typeof(SocketException)),
                (Url(server, "/page"), typeof(WebSocketHandshakeException)), (Url(server, "/none"), typeof(WebSocketHandshakeException)),
            ])
        {
            var logbook = new Logbook();
            var exception = await Assert.ThrowsAsync(type, () => Client.ConnectAsync(url, logbook).Within());
            Assert.Equal(["close"], logbook.Calls);
            Assert.True(logbook.Closes.TryPeek(out var close));
            Assert.Equal((CloseReason.ConnectFailed, exception), (close.Reason, close.Error));
        }
    }

    [Theory]
    [InlineData("wss://a/", "TLS")]
    [InlineData("tls://a:1", "TLS")]
    [InlineData("http://a/", "http")]
    [InlineData("a:1", "scheme")]
    [InlineData("ws://", "host")]
    [InlineData("ws://u:p@a/", "header")]
    [InlineData("ws://a/#x", "fragment")]
    [InlineData("ws://a/#", "fragment")]
    [InlineData("tcp://a", "port")]
    [InlineData("tcp://a:1/x", "path")]
    [InlineData("unix://", "file")]
    [InlineData("ws+unix:///s:x", "path")]
    public void AUrlThatNamesNothingSaysWhy(string url, string why) => Assert.Contains(why, Assert.Throws<ArgumentException>(() => { _ = Client.ConnectAsync(url, new Logbook()); }).Message);

    [Theory]
    [InlineData("ws://example.org", "Unspecified/example.org:80", "example.org", "/")]
    [InlineData("WS://Example.org:8080/a%20b?c", "Unspecified/example.org:8080", "example.org:8080", "/a%20b?c")]
    [InlineData("ws://[::1]:81/\u00e4", "[::1]:81", "[::1]:81", "/%C3%A4")]
    [InlineData("ws://127.0.0.1:80/x", "127.0.0.1:80", "127.0.0.1", "/x")]
    [InlineData("ws+unix:///run/s.sock:/x?y", "/run/s.sock", "localhost", "/x?y")]
    [InlineData("ws+unix:///run/s.sock", "/run/s.sock", "localhost", "/")]
    [InlineData("tcp://[::1]:7000", "[::1]:7000", null, "/")]
    [InlineData("unix:///run/s.sock", "/run/s.sock", null, "/")]
    public void AUrlSaysWhereAndWhat(string url, string endPoint, string? host, string target)
    {
        var address = ConnectAddress.Parse(url);

        Assert.Equal((endPoint, host, target), (address.EndPoint.ToString(), address.Host, address.Target));
    }

    [Fact]
    public async Task AServerThatStopsClosesWithGoingAway()
    {
        var served = new Logbook();
        var server = await StartAsync(server => server.WebSocket("/", served));
        var logbook = new Logbook();
        var client = await Client.ConnectAsync(Url(server, "/"), logbook).Within();
        await server.StopAsync().Within();
        await logbook.UntilAsync("close");

        Assert.Equal((CloseReason.PeerClosed, CloseCode.GoingAway), (client.CloseDetails.Reason, client.CloseDetails.Code));
        Assert.Equal(["open", "shutdown", "close"], served.Calls);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task TheServerTalksToItsClientsThroughChannels()
    {
        var channel = $"news-{Guid.NewGuid():N}";
        var heard = new TaskCompletionSource<string>();
        await using var server = await StartAsync(server =>
        {
            server.WebSocket("/", new Logbook { Open = client => client.Subscribe(channel), Receive = (client, message) => client.Publish(channel, message) });
            server.Subscribe(channel, publication => { heard.TrySetResult($"{publication.AsMessage()}"); });
        });
        var logbook = new Logbook();
        var client = await Client.ConnectAsync(Url(server, "/"), logbook).Within();
        client.Write("question");
        await logbook.UntilAsync("message question");
        Assert.Equal("question", await heard.Task.Within());
        server.Publish(channel, "answer");
        await logbook.UntilAsync("message answer");
        await server.StopAsync().Within();
        Assert.Throws<InvalidOperationException>(() => server.Subscribe(channel, publication => { }));
        client.Abort();
    }

    private static string Url(Server server, string target) => $"ws://{server.EndPoints[0]}{target}";

    private static int PortOf(Server server, int index) => ((IPEndPoint)server.EndPoints[index]).Port;

    private static async Task<Server> StartAsync(Action<Server> setUp)
    {
        var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        setUp(server);
        await server.StartAsync().Within();
        return server;
    }
}
