using Motet.Http;
using Motet.Net;

namespace Motet;

/// <summary>What is served besides requests: clients that stay.</summary>
public sealed partial class Server
{
    /// <summary>
    /// Serves WebSockets at exactly this path; see <see cref="HttpRequest.AcceptWebSocketAsync(ClientHandler, WebSocketOptions?)"/>. The same path may have pages (<see cref="Http(string, HttpHandler)"/>) and events. Naming a path again replaces what served its WebSockets. To look at
    /// requests first, to authenticate a user for example, have a handler of requests accept them.
    /// </summary>
    /// <param name="path">The path as clients send it, percent-encoded.</param>
    /// <param name="handler">Is told what happens to the clients, to all of them.</param>
    /// <param name="options">How they are served; the defaults when null, which let in pages of this host only.</param>
    /// <exception cref="ArgumentException">No request can have the path.</exception>
    public void WebSocket(string path, ClientHandler handler, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        WebSocket(path, () => handler, options);
    }

    /// <inheritdoc cref="WebSocket(string, ClientHandler, WebSocketOptions?)"/>
    /// <param name="createHandler">Gives the handler of each client, on its loop.</param>
    public void WebSocket(string path, Func<ClientHandler> createHandler, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        RouteOf(path).WebSocket = request => Ignore(request.AcceptWebSocketAsync(createHandler(), options));
    }

    /// <inheritdoc cref="WebSocket(string, ClientHandler, WebSocketOptions?)"/>
    /// <param name="serve">Serves each client in sequence; it is closed when this returns.</param>
    public void WebSocket(string path, ClientDelegate<WebSocket> serve, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serve);
        WebSocket(path, () => Client.HandlerFor(serve), options);
    }

    /// <summary>
    /// Sends server-sent events to the clients that ask for them at exactly this path, a browser's <c>EventSource</c> for example; see <see cref="HttpRequest.AcceptEventStreamAsync(ClientHandler, EventStreamOptions?)"/>. The same path may have pages (<see cref="Http(string, HttpHandler)"/>) and
    /// WebSockets: who asks for events by name gets events. Naming a path again replaces what served its events.
    /// </summary>
    /// <param name="path">The path as clients send it, percent-encoded.</param>
    /// <param name="handler">Is told what happens to the clients, to all of them.</param>
    /// <param name="options">How they are served; the defaults when null.</param>
    /// <exception cref="ArgumentException">No request can have the path.</exception>
    public void EventSource(string path, ClientHandler handler, EventStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        EventSource(path, () => handler, options);
    }

    /// <inheritdoc cref="EventSource(string, ClientHandler, EventStreamOptions?)"/>
    /// <param name="createHandler">Gives the handler of each client, on its loop.</param>
    public void EventSource(string path, Func<ClientHandler> createHandler, EventStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        RouteOf(path).EventSource = request => Ignore(request.AcceptEventStreamAsync(createHandler(), options));
    }

    /// <inheritdoc cref="EventSource(string, ClientHandler, EventStreamOptions?)"/>
    /// <param name="serve">Serves each client in sequence; the stream ends when it returns.</param>
    public void EventSource(string path, ClientDelegate<EventStream> serve, EventStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serve);
        EventSource(path, () => Client.HandlerFor(serve), options);
    }

    /// <summary>
    /// Serves a protocol of its own to every client that offers to go on with it (<c>Upgrade: echo</c>), whatever the path; of several that it offers, the first that is served. Such requests do not reach the handlers of their path. Where more has to be
    /// known first, a handler of requests can use <see cref="HttpRequest.UpgradeAsync(string, ClientHandler, ClientOptions?)"/> itself.
    /// </summary>
    /// <param name="protocol">The name of the protocol, a token that may have a version behind a slash; in any case. Not <c>websocket</c>.</param>
    /// <param name="handler">Is told what happens to the clients, to all of them.</param>
    /// <param name="options">How they are served; the defaults when null.</param>
    /// <exception cref="ArgumentException">This is no name of a protocol, or one that has a method of its own.</exception>
    public void Upgrade(string protocol, ClientHandler handler, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Upgrade(protocol, () => handler, options);
    }

    /// <inheritdoc cref="Upgrade(string, ClientHandler, ClientOptions?)"/>
    /// <param name="createHandler">Gives the handler of each client, on its loop.</param>
    public void Upgrade(string protocol, Func<ClientHandler> createHandler, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        Upgrade(protocol, request => request.UpgradeAsync(protocol, createHandler(), options));
    }

    /// <inheritdoc cref="Upgrade(string, ClientHandler, ClientOptions?)"/>
    /// <param name="serve">Serves each connection, which ends when it returns.</param>
    public void Upgrade(string protocol, ConnectionDelegate serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        Upgrade(protocol, async request => await serve(await request.UpgradeAsync(protocol)));
    }

    /// <summary>Listens for raw clients on an address: what arrives together is a message.</summary>
    /// <param name="url">Such as <c>tcp://0.0.0.0:7000</c> or <c>unix:///run/app.sock</c>.</param>
    /// <param name="handler">Is told what happens to the clients, to all of them.</param>
    /// <param name="options">How they are served; the defaults when null.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    public void Listen(string url, ClientHandler handler, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Listen(url, () => handler, options);
    }

    /// <inheritdoc cref="Listen(string, ClientHandler, ClientOptions?)"/>
    /// <param name="createHandler">Gives the handler of each client, on its loop.</param>
    public void Listen(string url, Func<ClientHandler> createHandler, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        ListenForBytes(url, (loops, address, listener) => Listener.StartAsync(loops, address.EndPoint, createHandler, listener, options));
    }

    private void Upgrade(string protocol, HttpHandler handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        ThrowIfStarted();
        if (protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)) throw new ArgumentException("WebSocket has a method of its own.", nameof(protocol));
        if (protocol.Any(c => char.IsWhiteSpace(c) || c is ',' or ';')) throw new ArgumentException($"'{protocol}' is not the name of a protocol.", nameof(protocol));
        _upgrades[protocol] = handler;
    }

    /// <summary>What became of the request the client's handler is told, or the client itself.</summary>
    private static ValueTask Ignore<T>(ValueTask<T> accepting)
    {
        if (!accepting.IsCompletedSuccessfully) return new ValueTask(accepting.AsTask());
        _ = accepting.Result;
        return default;
    }
}
