using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Requests that become WebSockets.</summary>
public sealed partial class HttpRequest
{
    private static readonly string[] HandshakeHeaders = ["Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"];

    /// <summary>
    /// Answers the handshake of a WebSocket (RFC 6455 §4.2) and has a handler serve it from then on. <see cref="ResponseHeaders"/> that were added before go out with the answer. The HTTP handler may complete at once, and its request is over then: what is needed
    /// of it is in <see cref="WebSocket.Request"/>. <see cref="ClientHandler.OnOpen"/> comes in the next turn of the loop. When the server stops, <see cref="ClientHandler.OnShutdown"/> is called and the socket closed with 1001.
    /// </summary>
    /// <param name="handler">Serves the socket.</param>
    /// <param name="options">What the socket may cost and what is agreed on; the defaults when null.</param>
    /// <returns>
    /// The socket; null when the request was refused and has been answered: 405 unless it is a GET, 426 when it asks for no WebSocket or another version than 13, 403 for an Origin that is not allowed, 400 for anything else that is wrong with it.
    /// </returns>
    /// <exception cref="InvalidOperationException">The response has started already, or has headers of the handshake.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask<WebSocket?> AcceptWebSocketAsync(ClientHandler handler, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (_responseHeaders is not null) ThrowIfHandshake(_responseHeaders);
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<WebSocket?>(canceled);
        if (!Connection.IsOpen) return ValueTask.FromException<WebSocket?>(new ConnectionClosedException(Connection.CloseReason));

        options ??= WebSocketOptions.Default;
        var handshake = new HandshakeRequest(this, options);
        var refusal = handshake.Examine(out var subProtocol, out var compression);
        if (refusal != WebSocketRefusal.None) return RefuseWebSocketAsync(refusal);

        WriteHandshake(handshake.Key, subProtocol, compression);
        var socket = new WebSocket(Connection, handler, options, isServer: true, subProtocol, compression, UpgradeRequest.WithoutHandshake(this));
        GiveAway(socket.Start());

        // In a turn of its own: the handler's code belongs to the socket, not to this request and what it runs in.
        Connection.EventLoop.Post(static state => ((WebSocket)state!).Open(), socket);
        return new ValueTask<WebSocket?>(socket);
    }

    /// <inheritdoc cref="AcceptWebSocketAsync(ClientHandler, WebSocketOptions?)"/>
    /// <summary>
    /// Answers the handshake of a WebSocket (RFC 6455 §4.2) and has a method serve it from then on, in sequence. The HTTP handler may complete at once. For the rest see <see cref="AcceptWebSocketAsync(ClientHandler, WebSocketOptions?)"/>.
    /// </summary>
    /// <param name="serve">Serves the socket.</param>
    public ValueTask<WebSocket?> AcceptWebSocketAsync(ClientDelegate<WebSocket> serve, WebSocketOptions? options = null) => AcceptWebSocketAsync(Client.HandlerFor(serve), options);

    private static void ThrowIfHandshake(ResponseHeaders headers)
    {
        if (headers.HasUpgrade || HandshakeHeaders.Any(name => headers.TryGet(Encoding.ASCII.GetBytes(name), out _)))
            throw new InvalidOperationException("The headers of the handshake are written by AcceptWebSocketAsync.");
    }

    private void WriteHandshake(ReadOnlySpan<byte> key, string? subProtocol, DeflateParameters? compression)
    {
        const int MaxStackBytes = 512;
        const int MaxFixedLines = 256;
        var agreed = compression?.ToString() ?? "";
        var longest = MaxFixedLines + agreed.Length + (subProtocol?.Length ?? 0);
        var lines = new HeadWriter(longest <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[longest]);
        Span<byte> accept = stackalloc byte[WebSocketKey.AcceptLength];
        WebSocketKey.WriteAccept(key, accept);
        lines.Write("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8);
        lines.Write(accept);
        lines.Write("\r\n"u8);
        if (subProtocol is not null) lines.WriteLine("Sec-WebSocket-Protocol: "u8, subProtocol);
        if (compression is not null) lines.WriteLine("Sec-WebSocket-Extensions: "u8, agreed);
        WriteLastHead(HttpStatus.SwitchingProtocols, lines.Written);
    }

    private async ValueTask<WebSocket?> RefuseWebSocketAsync(WebSocketRefusal refusal)
    {
        WebSocketMetrics.Refused(refusal);
        var (status, text) = refusal switch
        {
            WebSocketRefusal.NotGet => (HttpStatus.MethodNotAllowed, "A WebSocket begins with GET."),
            WebSocketRefusal.NoUpgrade => (HttpStatus.UpgradeRequired, "This is for WebSockets."),
            WebSocketRefusal.OtherVersion => (HttpStatus.UpgradeRequired, "The version of WebSocket is 13."),
            WebSocketRefusal.NoKey => (HttpStatus.BadRequest, "There has to be one Sec-WebSocket-Key."),
            WebSocketRefusal.BadKey => (HttpStatus.BadRequest, "Sec-WebSocket-Key is not the Base64 of 16 bytes."),
            WebSocketRefusal.BadSubProtocols => (HttpStatus.BadRequest, "Sec-WebSocket-Protocol is no list of different tokens."),
            WebSocketRefusal.BadExtensions => (HttpStatus.BadRequest, "Sec-WebSocket-Extensions is malformed."),
            WebSocketRefusal.HasBody => (HttpStatus.BadRequest, "A WebSocket begins with a request without a body."),
            _ => (HttpStatus.Forbidden, "Pages of this origin may not connect."),
        };
        switch (status)
        {
            case HttpStatus.MethodNotAllowed:
                ResponseHeaders.Add("Allow", "GET");
                break;
            case HttpStatus.UpgradeRequired:
                // RFC 9110 §15.5.22, RFC 6455 §4.4.
                ResponseHeaders.Add("Upgrade", "websocket");
                ResponseHeaders.Add("Sec-WebSocket-Version", "13");
                break;
        }

        await RespondAsync(status, text + "\n");
        return null;
    }
}
