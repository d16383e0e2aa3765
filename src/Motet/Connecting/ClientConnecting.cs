using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet;

/// <summary>Clients that this side connects.</summary>
public static class ClientConnecting
{
    extension(Client)
    {
        /// <summary>
        /// Connects to a server: a WebSocket (<c>ws://host[:port]/path</c>, or <c>ws+unix:///file:/path</c> through a Unix socket), or bytes (<c>tcp://host:port</c>, <c>unix:///file</c>). The client lives on the current event loop, or on <see cref="EventLoop.Shared"/> where there is none. When it
        /// cannot be connected, <see cref="ClientHandler.OnClose"/> is called with <see cref="CloseReason.ConnectFailed"/>, and this fails. On a loop, cancelled with the current <see cref="CancelScope"/>. Any thread.
        /// </summary>
        /// <remarks>
        /// With <see cref="ClientConnectOptions.Reconnect"/> an attempt that fails is followed by others, of which the handler is told in the same way, and this completes with the first client. When that is lost, a new one is connected with the same handler; it
        /// stops when this side closes or aborts the one that is connected, when attempts or patience are over, or by the token of the options. Closing one that is lost already stops nothing.
        /// </remarks>
        /// <param name="url">The server. <c>wss://</c> and <c>tls://</c> are refused for now.</param>
        /// <param name="handler">Is told what happens to the client, or clients.</param>
        /// <param name="options">The defaults when null.</param>
        /// <param name="cancellationToken">Ends the attempts, until there is a client.</param>
        /// <returns>The client, which is open unless it has been closed since.</returns>
        /// <exception cref="ArgumentException">The URL names nothing that can be connected to, or a header, a cookie or a sub-protocol cannot be sent.</exception>
        /// <exception cref="System.Net.Sockets.SocketException">No address could be reached; the error is that of the last attempt.</exception>
        /// <exception cref="WebSocketHandshakeException">The server refused the WebSocket.</exception>
        /// <exception cref="ConnectionClosedException">The connection broke before the client was open.</exception>
        /// <exception cref="TimeoutException"><see cref="ClientConnectOptions.Timeout"/> passed.</exception>
        /// <exception cref="OperationCanceledException">A token fired, or the loop ended.</exception>
        public static Task<Client> ConnectAsync(string url, ClientHandler handler, ClientConnectOptions? options = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(handler);
            return new ClientConnector(url, () => handler, options).ConnectAsync(cancellationToken);
        }

        /// <inheritdoc cref="ConnectAsync(string, ClientHandler, ClientConnectOptions?, CancellationToken)"/>
        /// <param name="createHandler">Gives the handler of each attempt, on the loop.</param>
        public static Task<Client> ConnectAsync(string url, Func<ClientHandler> createHandler, ClientConnectOptions? options = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(createHandler);
            return new ClientConnector(url, createHandler, options).ConnectAsync(cancellationToken);
        }

        /// <inheritdoc cref="ConnectAsync(string, ClientHandler, ClientConnectOptions?, CancellationToken)"/>
        /// <param name="serve">Serves each client, in sequence; when it returns, the client is closed.</param>
        public static Task<Client> ConnectAsync(string url, ClientDelegate<Client> serve, ClientConnectOptions? options = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(serve);
            return new ClientConnector(url, () => Client.HandlerFor(serve), options).ConnectAsync(cancellationToken);
        }
    }
}
