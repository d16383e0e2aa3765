namespace Motet.Http;

/// <summary>A server did not let a client's WebSocket in, or not as RFC 6455 §4.1 has it.</summary>
public sealed class WebSocketHandshakeException : IOException
{
    internal WebSocketHandshakeException(WebSocketHandshakeError error, HttpStatus? status = null)
        : base(Describe(error, status))
    {
        Error = error;
        Status = status;
    }

    /// <summary>What was wrong with the answer.</summary>
    public WebSocketHandshakeError Error { get; }

    /// <summary>The status of the answer; null when there was none that could be read.</summary>
    public HttpStatus? Status { get; }

    private static string Describe(WebSocketHandshakeError error, HttpStatus? status) => error switch
    {
        WebSocketHandshakeError.Ended => "The server closed the connection without an answer to the WebSocket handshake.",
        WebSocketHandshakeError.BadResponse => "What the server answered to the WebSocket handshake is not an HTTP/1.1 response.",
        WebSocketHandshakeError.Refused => $"The server refused the WebSocket handshake with status {(int)status!}.",
        WebSocketHandshakeError.NoUpgrade => "The server does not switch to WebSocket.",
        WebSocketHandshakeError.BadAccept => "Sec-WebSocket-Accept of the server does not answer the key of the handshake.",
        WebSocketHandshakeError.UnaskedSubProtocol => "The server chose a sub-protocol that was not offered.",
        _ => "The server uses an extension that was not offered, or not as it was offered.",
    };
}
