namespace Motet.Net;

/// <summary>
/// What a program does with its clients, as callbacks: the same object serves clients of every protocol, one or many at once. All callbacks of a client run on its event loop and never overlap: <see cref="OnOpen"/> is first,
/// messages come in the order they arrived, and <see cref="OnClose"/> is last and comes exactly once.
/// </summary>
/// <remarks>
/// Each callback exists twice; override the one that fits. While an asynchronous one has not completed nothing else of that client is called, and the client is not read. What a callback throws is logged and closes this client
/// only (<see cref="CloseReason.HandlerFailed"/>). What is written during a callback leaves in one system call when it returns.
/// </remarks>
public abstract class ClientHandler
{
    /// <summary>The client is there, and can be written to.</summary>
    /// <param name="client">The client.</param>
    public virtual void OnOpen(Client client)
    {
    }

    /// <inheritdoc cref="OnOpen"/>
    public virtual ValueTask OnOpenAsync(Client client)
    {
        OnOpen(client);
        return default;
    }

    /// <summary>A message arrived, whole; for a raw client, what arrived together.</summary>
    /// <param name="client">The client.</param>
    /// <param name="message">The message; there until the callback completes.</param>
    public virtual void OnMessage(Client client, Message message)
    {
    }

    /// <inheritdoc cref="OnMessage"/>
    public virtual ValueTask OnMessageAsync(Client client, Message message)
    {
        OnMessage(client, message);
        return default;
    }

    /// <summary>Everything written has left, after a time when it had to wait for the client.</summary>
    /// <param name="client">The client.</param>
    public virtual void OnDrained(Client client)
    {
    }

    /// <inheritdoc cref="OnDrained"/>
    public virtual ValueTask OnDrainedAsync(Client client)
    {
        OnDrained(client);
        return default;
    }

    /// <summary>
    /// Nothing came from the client for <see cref="Client.Timeout"/>. By default <see cref="Client.Ping"/>: a WebSocket is asked for a sign of life and closed when there is none, an event stream gets a comment, and a raw client, whose protocol nobody
    /// here knows, is closed.
    /// </summary>
    /// <param name="client">The client.</param>
    public virtual void OnPing(Client client) => client.Ping();

    /// <inheritdoc cref="OnPing"/>
    public virtual ValueTask OnPingAsync(Client client)
    {
        OnPing(client);
        return default;
    }

    /// <summary>The server stops. The client can still be written to; when the callback completes it is closed (<see cref="CloseCode.GoingAway"/>).</summary>
    /// <param name="client">The client.</param>
    public virtual void OnShutdown(Client client)
    {
    }

    /// <inheritdoc cref="OnShutdown"/>
    public virtual ValueTask OnShutdownAsync(Client client)
    {
        OnShutdown(client);
        return default;
    }

    /// <summary>The client has ended, for this handler: it is closed, could not be connected, or has another handler now (<see cref="CloseReason.HandlerReplaced"/>).</summary>
    /// <param name="client">The client.</param>
    /// <param name="close">How it ended.</param>
    public virtual void OnClose(Client client, CloseDetails close)
    {
    }

    /// <inheritdoc cref="OnClose"/>
    public virtual ValueTask OnCloseAsync(Client client, CloseDetails close)
    {
        OnClose(client, close);
        return default;
    }
}
