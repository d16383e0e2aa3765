using Motet.Runtime;

namespace Motet.Net;

/// <summary>How raw clients come about.</summary>
public abstract partial class Client
{
    /// <summary>Has a handler serve a connection from here on, as a client whose messages are what arrives together. Input that arrived is offered to it. Loop only.</summary>
    /// <param name="connection">The connection; what served it is told nothing more.</param>
    /// <param name="handler">Is told what happens.</param>
    /// <param name="options">How it is served; the defaults when null.</param>
    /// <param name="extension">What is kept with the client from its beginning; null for nothing.</param>
    public static Client Serve(Connection connection, ClientHandler handler, ClientOptions? options = null, ClientExtension? extension = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(handler);
        var client = new RawClient(connection, handler, options ?? ClientOptions.Default);
        if (extension is not null) client.AddExtension(extension);
        connection.Handler = client.CreateCallbacks();
        client.Opened();
        if (!client.IsBusy) connection.ResumeInput();
        return client;
    }

    /// <inheritdoc cref="Serve(Connection, ClientHandler, ClientOptions?, ClientExtension?)"/>
    /// <summary>Has a method serve a connection from here on, in sequence, as a client whose messages are what arrives together. Loop only.</summary>
    /// <param name="serve">Serves the client.</param>
    public static Client Serve(Connection connection, ClientDelegate<Client> serve, ClientOptions? options = null) => Serve(connection, HandlerFor(serve), options);

    /// <summary>For those who open clients: the handler that a <see cref="ClientDelegate{T}"/> serves one client with.</summary>
    /// <typeparam name="T">The kind of client.</typeparam>
    /// <param name="serve">Serves the client.</param>
    public static ClientHandler HandlerFor<T>(ClientDelegate<T> serve)
        where T : Client
    {
        ArgumentNullException.ThrowIfNull(serve);
        return new DelegateClientHandler<T>(serve);
    }

    /// <summary>For protocols: whether a time can be a <see cref="Timeout"/>.</summary>
    /// <param name="timeout">The time.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or negative, and not infinite.</exception>
    public static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time-out is positive, or infinite.");
    }

    /// <summary>For those who connect: tells a handler that its client could not be reached (<see cref="CloseReason.ConnectFailed"/>). Loop only.</summary>
    /// <param name="handler">Its <see cref="ClientHandler.OnClose"/> is called, and nothing else.</param>
    /// <param name="protocol">How the client would have been spoken to.</param>
    /// <param name="error">Why there is none.</param>
    /// <returns>The client that is closed.</returns>
    public static Client TellUnreachable(ClientHandler handler, ClientProtocol protocol, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var client = new UnreachableClient(EventLoop.Current ?? throw new InvalidOperationException("Clients live on an event loop; this thread is none."), handler, protocol);
        client.Closed(new CloseDetails(CloseReason.ConnectFailed, Error: error));
        return client;
    }

    /// <summary>Code of the handler that is not one of its callbacks has failed.</summary>
    internal void FailFromOutside(Exception exception) => Fail(exception);
}
