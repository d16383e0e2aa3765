using System.Collections.Concurrent;

namespace Motet.Net.Tests;

/// <summary>A listener for raw clients on one loop.</summary>
internal sealed class ClientServer : IAsyncDisposable
{
    private ClientServer(EventLoopGroup loops, Listener listener, ConcurrentQueue<Exception> failures)
    {
        Loops = loops;
        Listener = listener;
        Failures = failures;
    }

    public EventLoopGroup Loops { get; }

    public Listener Listener { get; }

    /// <summary>What callbacks let escape.</summary>
    public ConcurrentQueue<Exception> Failures { get; }

    public static Task<ClientServer> StartAsync(ClientHandler handler, ClientOptions? clients = null, ListenerOptions? options = null) => StartAsync(() => handler, clients, options);

    public static async Task<ClientServer> StartAsync(Func<ClientHandler> createHandler, ClientOptions? clients = null, ListenerOptions? options = null)
    {
        var failures = new ConcurrentQueue<Exception>();
        var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = unhandled => failures.Enqueue(unhandled.Exception) });
        return new ClientServer(loops, await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), createHandler, options, clients), failures);
    }

    public Socket Connect() => Sockets.Connect(Listener.LocalEndPoint);

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await Loops.DisposeAsync();
    }
}
