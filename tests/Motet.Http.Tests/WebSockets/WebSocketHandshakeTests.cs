using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>RFC 6455 §4.</summary>
public class WebSocketHandshakeTests
{
    private const string Valid = "GET / HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n";

    private static Task<TestServer> StartAsync(WebSocketOptions? options = null) => TestServer.StartAsync(async request =>
    {
        if (request.Path == "/http") await request.RespondAsync("http");
        else await request.AcceptWebSocketAsync(RecordingHandler.Echo(), options);
    });

    [Fact]
    public async Task AHandlerThatIsReplacedAtOnceIsToldInOrder()
    {
        var first = new RecordingHandler();
        var second = RecordingHandler.Echo();
        var invoked = true;
        await using var server = await TestServer.StartAsync(async request =>
        {
            var accepted = await request.AcceptWebSocketAsync(first);
            accepted!.Handler = second;
            invoked = accepted.TryInvoke(static (_, _) => default, null);
            Assert.Empty(first.Events);
        });
        using var socket = await RawWebSocket.ConnectAsync(server);
        await socket.SendTextAsync("a");
        await socket.ExpectTextAsync("a");
        Assert.Equal(["open", "close"], first.Events);
        Assert.Equal(["open", "text a"], second.Events);
        Assert.False(invoked);
    }

    [Fact]
    public async Task TheHandshakeIsAnswered()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var answer = await client.AskAsync(Lines(Valid));
        Assert.Equal((101, "websocket", "Upgrade", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), (answer.Status, answer["Upgrade"], answer["Connection"], answer["Sec-WebSocket-Accept"]));
        Assert.Null(answer["Sec-WebSocket-Protocol"]);
        Assert.Null(answer["Sec-WebSocket-Extensions"]);
        Assert.Null(answer["Content-Length"]);
    }

    [Theory]
    [InlineData("Upgrade: websocket", "Upgrade: WebSocket")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c, websocket")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c\nUpgrade: websocket")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive, upgrade")]
    [InlineData("Connection: Upgrade", "connection: keep-alive\nCONNECTION: UPGRADE")]
    [InlineData("Host: a", "Host: a\nOrigin: http://a")]
    [InlineData("Host: a", "Host: a\nOrigin: https://A")]
    [InlineData("Host: a", "Host: a:443\nOrigin: https://a")]
    [InlineData("Host: a", "Host: a:8080\nOrigin: http://a:8080")]
    [InlineData("Host: a", "Host: [::1]:8080\nOrigin: http://[::1]:8080")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Protocol: x, y")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Extensions: x; y=\"z\"")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Extensions: permessage-deflate")]
    [InlineData("GET /", "GET /path?query")]
    public async Task WhatIsValidIsAccepted(string from, string to)
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        Assert.Equal(101, (await client.AskAsync(Lines(Valid.Replace(from, to, StringComparison.Ordinal)))).Status);
        await client.SendAsync(RawFrame.Message("a"));
        Assert.Equal("810161", Convert.ToHexString(await client.ReadExactlyAsync(3)));
    }

    [Theory]
    [InlineData("GET /", "POST /", 405, "NotGet")]
    [InlineData("GET /", "HEAD /", 405, "NotGet")]
    [InlineData("HTTP/1.1", "HTTP/1.0", 426, "NoUpgrade")]
    [InlineData("Upgrade: websocket\n", "", 426, "NoUpgrade")]
    [InlineData("Connection: Upgrade\n", "", 426, "NoUpgrade")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive", 426, "NoUpgrade")]
    [InlineData("Upgrade: websocket", "Upgrade: websockets", 426, "NoUpgrade")]
    [InlineData("Sec-WebSocket-Version: 13\n", "", 426, "OtherVersion")]
    [InlineData("Version: 13", "Version: 8", 426, "OtherVersion")]
    [InlineData("Version: 13", "Version: 14", 426, "OtherVersion")]
    [InlineData("Version: 13", "Version: 013", 426, "OtherVersion")]
    [InlineData("Version: 13", "Version: 13, 8", 426, "OtherVersion")]
    [InlineData("Version: 13", "Version: 13\nSec-WebSocket-Version: 13", 426, "OtherVersion")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n", "", 400, "NoKey")]
    [InlineData("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400, "NoKey")]
    [InlineData("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key: ", 400, "BadKey")]
    [InlineData("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key: dGhlIHNhbXBsZSBub25j", 400, "BadKey")]
    [InlineData("Host: a", "Host: a\nOrigin: http://b", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: http://a.b", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: http://a:81", 403, "Origin")]
    [InlineData("Host: a", "Host: a:81\nOrigin: http://a", 403, "Origin")]
    [InlineData("Host: a", "Host: a:80\nOrigin: https://a", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: null", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: ", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: a", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nOrigin: http://a\nOrigin: http://a", 403, "Origin")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Protocol: x y", 400, "BadSubProtocols")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Protocol: x, x", 400, "BadSubProtocols")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Protocol: x\nSec-WebSocket-Protocol: x", 400, "BadSubProtocols")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Protocol: ", 400, "BadSubProtocols")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Extensions: x y", 400, "BadExtensions")]
    [InlineData("Host: a", "Host: a\nSec-WebSocket-Extensions: permessage-deflate; a=\"b c\"", 400, "BadExtensions")]
    public async Task WhatIsNotIsRefusedAndTheConnectionGoesOn(string from, string to, int status, string reason)
    {
        var refused = new ConcurrentQueue<string>();
        using var listener = Measure.Count("motet.websocket.refused", refused.Enqueue);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var answer = await client.AskAsync(Lines(Valid.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 426 ? "13" : null, answer["Sec-WebSocket-Version"]);
        Assert.Equal(status == 426 ? "websocket" : null, answer["Upgrade"]);
        Assert.Equal(status == 405 ? "GET" : null, answer["Allow"]);
        Assert.Contains(reason, refused);
        if (to == "HTTP/1.0") return;
        Assert.Equal("http", (await client.AskAsync(RawClient.Get("/http"))).Body);
    }

    [Fact]
    public async Task ARequestWithABodyIsRefused()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        Assert.Equal(400, (await client.AskAsync(Lines(Valid.Replace("Host: a", "Host: a\nContent-Length: 3", StringComparison.Ordinal)) + "abc")).Status);
    }

    [Theory]
    [InlineData("*", "http://b", 101)]
    [InlineData("https://b", "https://b", 101)]
    [InlineData("https://b", "HTTPS://B", 101)]
    [InlineData("https://b", "http://b", 403)]
    [InlineData("https://b", "http://a", 403)]
    [InlineData("https://b", "https://b.c", 403)]
    public async Task TheOriginsThatAreNamedMayConnect(string allowed, string origin, int status)
    {
        await using var server = await StartAsync(new WebSocketOptions { AllowedOrigins = [allowed] });
        using var client = await server.ConnectAsync();
        Assert.Equal(status, (await client.AskAsync(RawWebSocket.Handshake("/", $"Origin: {origin}\r\n"))).Status);
    }

    [Theory]
    [InlineData("a, b", "b")]
    [InlineData("c,b", "b")]
    [InlineData("c", "c")]
    [InlineData("a", null)]
    [InlineData("B", null)]
    [InlineData("a\r\nSec-WebSocket-Protocol: c", "c")]
    public async Task TheFirstSubProtocolOfTheServerThatTheClientOffersIsTaken(string offered, string? taken)
    {
        var chosen = new TaskCompletionSource<string?>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            var socket = await request.AcceptWebSocketAsync(new RecordingHandler(), new WebSocketOptions { SubProtocols = ["b", "c"] });
            chosen.SetResult(socket!.SubProtocol);
        });
        using var socket = await RawWebSocket.ConnectAsync(server, lines: $"Sec-WebSocket-Protocol: {offered}\r\n");
        Assert.Equal(taken, socket.Answer["Sec-WebSocket-Protocol"]);
        Assert.Equal(taken, await chosen.Task.Within());
    }

    [Fact]
    public async Task LinesThatWereAddedGoOutWithTheAnswer()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.ResponseHeaders.Add("Set-Cookie", "session=1");
            await request.AcceptWebSocketAsync(new RecordingHandler());
        });
        using var socket = await RawWebSocket.ConnectAsync(server);
        Assert.StartsWith("session=1", socket.Answer["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheHeadersOfTheHandshakeAreTheServers()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.ResponseHeaders.Add("Sec-WebSocket-Protocol", "x");
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await request.AcceptWebSocketAsync(new RecordingHandler()));
            await request.RespondAsync("no");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("no", (await client.AskAsync(RawWebSocket.Handshake())).Body);
    }

    [Fact]
    public async Task TheRequestIsThereAsLongAsTheSocket()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(new RecordingHandler
        {
            Received = (client, message) =>
            {
                var request = client.Request!;
                Assert.Equal(request.Target, ((WebSocket)client).Request!.Target);
                seen.SetResult($"{request.Method} {request.Target} {request.Path} {request.Query} {request.Host} {request.Headers["x-y"]} {request.Cookies["c"]} {request.Headers.Count} {string.Join(',', request.Cookies)}");
                return default;
            },
        }));
        using var socket = await RawWebSocket.ConnectAsync(server, "/a%20b?c=d", "X-Y: z\r\nCookie: c=1; d=2\r\n");

        // The object that the HTTP handler had serves others meanwhile.
        using var other = await RawWebSocket.ConnectAsync(server, "/other", "X-Y: other\r\n");
        await socket.SendTextAsync("");
        Assert.Equal("GET /a%20b?c=d /a%20b c=d a z 1 3 [c, 1],[d, 2]", await seen.Task.Within());
    }

    [Fact]
    public async Task AnHttpHandlerThatFailsBehindTheHandshakeIsLoggedAndTheSocketGoesOn()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.AcceptWebSocketAsync(RecordingHandler.Echo());
            if (request.Path == "/later") await Task.Yield();
            throw new InvalidOperationException("afterwards");
        });
        foreach (var path in (string[])["/", "/later"])
        {
            using var socket = await RawWebSocket.ConnectAsync(server, path);
            await socket.SendTextAsync("a");
            await socket.ExpectTextAsync("a");
        }

        await Patience.UntilAsync(() => server.Log.Entries.Count == 2);
    }

    [Fact]
    public async Task RequestObjectsGoBackToThePool()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 300; i++)
        {
            using var socket = await RawWebSocket.ConnectAsync(server);
            await socket.SendAsync(RawFrame.CloseOf(1000));
            await socket.ExpectCloseAndEndAsync(1000);
        }

        using var client = await server.ConnectAsync();
        Assert.Equal("http", (await client.AskAsync(RawClient.Get("/http"))).Body);
        await server.AllButAsync(1);
    }

    private static string Lines(string request) => request.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n";
}
