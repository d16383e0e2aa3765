using System.Net.Sockets;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

public class WebSocketConnectorTests
{
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\n";
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Good = Switching + Upgrade + "Sec-WebSocket-Accept: {accept}\r\n";

    // RFC 6455 §4.1: what the answer has to be, from any client whose offer is "a, b" and permessage-deflate.
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", WebSocketHandshakeError.Refused, 200)]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: ws://b/\r\n\r\n", WebSocketHandshakeError.Refused, 301)]
    [InlineData("HTTP/1.1 401 Unauthorized\r\n\r\n", WebSocketHandshakeError.Refused, 401)]
    [InlineData("HTTP/1.0 503 Busy\r\n\r\n", WebSocketHandshakeError.Refused, 503)]
    [InlineData("HTTP/1.0 101 Switching Protocols\r\n" + Upgrade + "Sec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.BadResponse, 101)]
    [InlineData("SSH-2.0-OpenSSH_9\r\n", WebSocketHandshakeError.BadResponse, null)]
    [InlineData("HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n\n", WebSocketHandshakeError.BadResponse, null)]
    [InlineData(Switching + "Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.NoUpgrade, 101)]
    [InlineData(Switching + "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.NoUpgrade, 101)]
    [InlineData(Switching + "Upgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.NoUpgrade, 101)]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.NoUpgrade, 101)]
    [InlineData(Switching + Upgrade + "Upgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.NoUpgrade, 101)]
    [InlineData(Switching + Upgrade + "\r\n", WebSocketHandshakeError.BadAccept, 101)]
    [InlineData(Switching + Upgrade + "Sec-WebSocket-Accept: \r\n\r\n", WebSocketHandshakeError.BadAccept, 101)]
    [InlineData(Switching + Upgrade + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", WebSocketHandshakeError.BadAccept, 101)]
    [InlineData(Switching + Upgrade + "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", WebSocketHandshakeError.BadAccept, 101)]
    [InlineData(Good + "Sec-WebSocket-Protocol: c\r\n\r\n", WebSocketHandshakeError.UnaskedSubProtocol, 101)]
    [InlineData(Good + "Sec-WebSocket-Protocol: A\r\n\r\n", WebSocketHandshakeError.UnaskedSubProtocol, 101)]
    [InlineData(Good + "Sec-WebSocket-Protocol: a, b\r\n\r\n", WebSocketHandshakeError.UnaskedSubProtocol, 101)]
    [InlineData(Good + "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n\r\n", WebSocketHandshakeError.UnaskedSubProtocol, 101)]
    [InlineData(Good + "Sec-WebSocket-Protocol: \r\n\r\n", WebSocketHandshakeError.UnaskedSubProtocol, 101)]
    [InlineData(Good + "Sec-WebSocket-Extensions: other\r\n\r\n", WebSocketHandshakeError.UnaskedExtension, 101)]
    [InlineData(Good + "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate\r\n\r\n", WebSocketHandshakeError.UnaskedExtension, 101)]
    [InlineData(Good + "Sec-WebSocket-Extensions: permessage-deflate; unknown\r\n\r\n", WebSocketHandshakeError.UnaskedExtension, 101)]
    [InlineData(Good + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n\r\n", WebSocketHandshakeError.UnaskedExtension, 101)]
    [InlineData(Good + "Sec-WebSocket-Extensions: ;\r\n\r\n", WebSocketHandshakeError.UnaskedExtension, 101)]
    public async Task AnAnswerThatIsNotAsTheRfcHasItIsRefused(string answer, WebSocketHandshakeError error, int? status)
    {
        var handler = new RecordingStreamHandler();
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        var connecting = ConnectAsync(loop, server, handler);
        using var socket = await server.AnswerAsync(answer);

        var exception = await Assert.ThrowsAsync<WebSocketHandshakeException>(() => connecting.Within());
        Assert.Equal((error, (HttpStatus?)status), (exception.Error, exception.Status));
        Assert.Empty(handler.Calls);
        await ExpectGoneAsync(socket);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(7, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData(int.MaxValue, "HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task HowTheAnswerIsCutDoesNotMatterAndFramesBehindItAreRead(int bytesAtOnce, string interim)
    {
        var handler = new RecordingStreamHandler();
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        var connecting = ConnectAsync(loop, server, handler);
        using var socket = await server.AnswerAsync(interim + Good + "Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n\r\n\u0081\u0002hi", bytesAtOnce);

        var client = await connecting.Within();
        Assert.Equal(("b", true), (client.SubProtocol, client.IsCompressed));
        Assert.Null(client.Request);
        await handler.UntilAsync("message hi");
        Assert.Equal(["open", "message hi"], handler.Calls);
        client.Abort();
        await handler.UntilAsync("close");
    }

    [Fact]
    public async Task TheRequestSaysWhatTheOptionsSay()
    {
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        var options = new WebSocketConnectOptions { Headers = [new("Origin", "https://a.example"), new("X-A", "1"), new("X-A", "2")], WebSocket = new WebSocketOptions { SubProtocols = ["a", "b"] } };
        var connecting = loop.RunAsync(() => WebSocketConnector.ConnectAsync(server.EndPoint, "example.org:81", "/chat?x=%20", new RecordingStreamHandler(), options));
        using var socket = await server.AnswerAsync(Good + "\r\n");
        await connecting.Within();

        var key = server.Request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
        Assert.Equal(16, Convert.FromBase64String(key).Length);
        Assert.Equal(
            $"GET /chat?x=%20 HTTP/1.1\r\nHost: example.org:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\nOrigin: https://a.example\r\nX-A: 1\r\nX-A: 2\r\n\r\n",
            server.Request);
    }

    [Fact]
    public async Task AServerThatEndsOrResetsOrFloodsIsAnError()
    {
        using var loop = EventLoop.Start();
        foreach (var answer in (string[])["", "HTTP/1.1 10", Switching + Upgrade, Switching + "X: " + new string('x', 20_000), string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9))])
        {
            using var server = new ScriptedServer();
            var connecting = ConnectAsync(loop, server, new RecordingStreamHandler());
            using (var socket = await server.AnswerAsync(answer)) socket.Shutdown(SocketShutdown.Send);
            var exception = await Assert.ThrowsAnyAsync<IOException>(() => connecting.Within());
            if (exception is WebSocketHandshakeException handshake) Assert.Equal(answer.Length > 1000 || answer.StartsWith("HTTP/1.1 100", StringComparison.Ordinal) ? WebSocketHandshakeError.BadResponse : WebSocketHandshakeError.Ended, handshake.Error);
        }
    }

    [Fact]
    public async Task AServerThatDoesNotAnswerIsGivenUp()
    {
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        var options = new WebSocketConnectOptions { Connect = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(100) } };
        var connecting = loop.RunAsync(() => WebSocketConnector.ConnectAsync(server.EndPoint, "a", "/", new RecordingStreamHandler(), options));
        using var socket = await server.AnswerAsync(null);

        await Assert.ThrowsAsync<TimeoutException>(() => connecting.Within());
        await ExpectGoneAsync(socket);
    }

    [Fact]
    public async Task AnAttemptThatIsCancelledLeavesNothingOpen()
    {
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        using var cancel = new CancellationTokenSource();
        var connecting = loop.RunAsync(() => WebSocketConnector.ConnectAsync(server.EndPoint, "a", "/", new RecordingStreamHandler(), cancellationToken: cancel.Token));
        using var socket = await server.AnswerAsync("HTTP/1.1 101 ");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
        await ExpectGoneAsync(socket);
    }

    [Theory]
    [InlineData("", "/", "X-A", "1", "a")]
    [InlineData("a b", "/", "X-A", "1", "a")]
    [InlineData("a\r\nX: y", "/", "X-A", "1", "a")]
    [InlineData("a", "", "X-A", "1", "a")]
    [InlineData("a", "x", "X-A", "1", "a")]
    [InlineData("a", "/a b", "X-A", "1", "a")]
    [InlineData("a", "/#a", "X-A", "1", "a")]
    [InlineData("a", "/\u00e4", "X-A", "1", "a")]
    [InlineData("a", "/", "X A", "1", "a")]
    [InlineData("a", "/", "X-A", "1\r\nX: y", "a")]
    [InlineData("a", "/", "host", "1", "a")]
    [InlineData("a", "/", "Sec-WebSocket-Key", "1", "a")]
    [InlineData("a", "/", "X-A", "1", "a b")]
    public async Task WhatCannotBeSentIsRefusedBeforeAnythingIs(string host, string target, string name, string value, string subProtocol)
    {
        using var server = new ScriptedServer();
        using var loop = EventLoop.Start();
        var options = new WebSocketConnectOptions { Headers = [new(name, value)], WebSocket = new WebSocketOptions { SubProtocols = [subProtocol] } };
        await Assert.ThrowsAsync<ArgumentException>(() => loop.RunAsync(() => WebSocketConnector.ConnectAsync(server.EndPoint, host, target, new RecordingStreamHandler(), options)).Within());
    }

    private static Task<WebSocket> ConnectAsync(EventLoop loop, ScriptedServer server, ClientHandler handler)
    {
        var options = new WebSocketConnectOptions { WebSocket = new WebSocketOptions { SubProtocols = ["a", "b"], Compression = new WebSocketCompression() } };
        return loop.RunAsync(() => WebSocketConnector.ConnectAsync(server.EndPoint, "a", "/", handler, options));
    }

    private static async Task ExpectGoneAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).Within());
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    }
}
