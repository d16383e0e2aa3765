using System.Text;
using Motet.Http;
using Motet.Net;

namespace Motet.Tests;

/// <summary>WebSockets with the libraries of others at the far end, each way.</summary>
public class WebSocketPeerTests
{
    private static WebSocketOptions Options(string mode) => new()
    {
        MaxMessageBytes = 2 << 20,
        SubProtocols = ["echo"],
        Compression = mode switch
        {
            "plain" => null,
            "contexts" => new WebSocketCompression { ServerContextTakeover = true, ClientContextTakeover = true, MinBytes = 1 },
            _ => new WebSocketCompression { MinBytes = 1 },
        },
    };

    [Theory]
    [InlineData("websockets_client.py", "plain")]
    [InlineData("websockets_client.py", "compress")]
    [InlineData("websockets_client.py", "contexts")]
    [InlineData("websockets_client.py", "windows")]
    [InlineData("ws_client.js", "plain")]
    [InlineData("ws_client.js", "compress")]
    [InlineData("ws_client.js", "contexts")]
    [InlineData("ws_client.js", "windows")]
    public async Task TheirClientIsServedByCallbacks(string script, string mode)
    {
        await using var server = NewServer();
        server.WebSocket("/", new PeerEcho(), Options(mode));
        await server.StartAsync();
        await PeerScript.RunOrSkipAsync(script, $"ws://{server.EndPoints[0]}/", mode);
    }

    [Theory]
    [InlineData("websockets_client.py", "plain")]
    [InlineData("websockets_client.py", "compress")]
    [InlineData("websockets_client.py", "contexts")]
    [InlineData("websockets_client.py", "windows")]
    [InlineData("ws_client.js", "plain")]
    [InlineData("ws_client.js", "compress")]
    [InlineData("ws_client.js", "contexts")]
    [InlineData("ws_client.js", "windows")]
    public async Task TheirClientIsServedInSequence(string script, string mode)
    {
        await using var server = NewServer();
        server.WebSocket("/", EchoAsync, Options(mode));
        await server.StartAsync();
        await PeerScript.RunOrSkipAsync(script, $"ws://{server.EndPoints[0]}/", mode);
    }

    [Theory]
    [InlineData("websockets_server.py", "plain")]
    [InlineData("websockets_server.py", "compress")]
    [InlineData("websockets_server.py", "contexts")]
    [InlineData("websockets_server.py", "windows")]
    [InlineData("ws_server.js", "plain")]
    [InlineData("ws_server.js", "compress")]
    [InlineData("ws_server.js", "contexts")]
    [InlineData("ws_server.js", "windows")]
    public async Task TheirServerIsTalkedTo(string script, string mode)
    {
        await using var peer = PeerScript.StartOrSkip(script, mode);
        var url = $"ws://127.0.0.1:{await peer.ReadLineAsync()}/";
        var options = new ClientConnectOptions { WebSocket = Options(mode) };
        var handler = new PeerHandler();
        var client = Assert.IsType<WebSocket>(await Client.ConnectAsync(url, handler, options).Within());
        Assert.Equal(("echo", mode != "plain"), (client.SubProtocol, client.IsCompressed));

        foreach (var text in (string[])["", "a", "Hello, \u20ac \U0001f600", new('a', 125), new('a', 126), new('\u00e9', 40_000), new('a', 1 << 20)]) await ExpectAsync(client, handler, MessageKind.Text, Encoding.UTF8.GetBytes(text));
        foreach (var data in (byte[][])[[], [0], new byte[70_000], [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 7))]]) await ExpectAsync(client, handler, MessageKind.Binary, data);
        await AnswersAsync(client, handler, "!ping", "pong came");
        await AnswersAsync(client, handler, "!parts", "in three parts");
        client.Ping();
        for (var i = 0; i < 1000; i++) client.Write($"number {i}");
        for (var i = 0; i < 1000; i++) Assert.Equal($"number {i}", Encoding.UTF8.GetString((await handler.NextAsync()).Data));
        client.Close((CloseCode)4001, "that is all");
        Assert.Equal("closed 4001 that is all", await peer.ReadLineAsync());
        var end = await handler.Closed.Within();
        Assert.Equal((CloseReason.Closed, (CloseCode)4001), (end.Reason, end.Code));

        var other = new PeerHandler();
        (await Client.ConnectAsync(url, other, options).Within()).Write("!close");
        Assert.Equal(new CloseDetails(CloseReason.PeerClosed, (CloseCode)3001, PeerEcho.Reason), await other.Closed.Within());
        Assert.StartsWith("closed 3001", await peer.ReadLineAsync());
    }

    [Fact]
    public async Task ChromiumGetsTheEchoOfAThousandMessages()
    {
        const string Page = """
            <!doctype html><title>waits</title><script>
            const socket = new WebSocket(`ws://${location.host}/socket`, ['unknown', 'echo']);
            socket.binaryType = 'arraybuffer';
            const sent = [];
            socket.onopen = () => {
              for (let i = 0; i < 1000; i++) {
                const message = i % 3 ? 'number ' + i + ' \u2713'.repeat(i) : new Uint8Array(i * 70).fill(i).buffer;
                sent.push(message);
                socket.send(message);
              }
            };
            const text = (message) => typeof message === 'string' ? message : 'bytes ' + new Uint8Array(message).join();
            let count = 0;
            socket.onmessage = ({ data }) => {
              if (text(data) !== text(sent[count])) document.title = 'wrong at ' + count;
              if (++count === 1000) socket.send('!close');
            };
            socket.onclose = ({ code, reason, wasClean }) => document.title = [count, code, reason, wasClean, socket.protocol, socket.extensions].join(' | ');
            </script>
            """;
        var profile = Directory.CreateTempSubdirectory("motet-peer");
        try
        {
            await using var server = NewServer();
            server.Http("/", async request =>
            {
                request.ResponseHeaders.Add("Content-Type", "text/html; charset=utf-8");
                await request.RespondAsync(Page);
            });
            server.WebSocket("/socket", new PeerEcho(), Options("compress"));
            await server.StartAsync();
            using var browser = Browser.StartOrSkip(profile.FullName);
            browser.Navigate().GoToUrl($"http://{server.EndPoints[0]}/");
            await Patience.UntilAsync(() => browser.Title.Length > 0 && browser.Title != "waits");
            Assert.StartsWith($"1000 | 3001 | {PeerEcho.Reason} | true | echo | permessage-deflate", browser.Title);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    private static Server NewServer()
    {
        var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        return server;
    }

    private static async Task EchoAsync(WebSocket socket)
    {
        await foreach (var message in socket.ReadAllAsync())
        {
            if (message.IsText && message.Length < 10 && message.ToString() == "!close") socket.Close((CloseCode)3001, PeerEcho.Reason);
            else await socket.SendAsync(message);
        }
    }

    private static async Task ExpectAsync(Client client, PeerHandler handler, MessageKind kind, byte[] data)
    {
        client.Write(data, kind);
        var (answerKind, answer) = await handler.NextAsync();
        Assert.Equal(kind, answerKind);
        Assert.True(data.AsSpan().SequenceEqual(answer));
    }

    private static async Task AnswersAsync(Client client, PeerHandler handler, string question, string answer)
    {
        client.Write(question);
        Assert.Equal(answer, Encoding.UTF8.GetString((await handler.NextAsync()).Data));
    }
}
