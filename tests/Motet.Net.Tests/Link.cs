using System.Collections.Concurrent;

namespace Motet.Net.Tests;

/// <summary>A connection accepted on a loop, and the plain blocking socket at its other end.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly Listener _listener;

    private Link(EventLoopGroup loops, Listener listener, Connection connection, Socket peer, ConcurrentQueue<Exception> failures)
    {
        Loops = loops;
        _listener = listener;
        Connection = connection;
        Peer = peer;
        Failures = failures;
    }

    public Connection Connection { get; }

    public Socket Peer { get; }

    public EventLoopGroup Loops { get; }

    public EventLoop Loop => Loops.Loops[0];

    /// <summary>What callbacks let escape.</summary>
    public ConcurrentQueue<Exception> Failures { get; }

    /// <param name="handler">Serves the connection; null to read and write in sequence.</param>
    /// <param name="options">Limits of the connection.</param>
    /// <param name="receiveBufferSize">Size of the loop's receive buffer.</param>
    /// <param name="prepare">Sets up the peer's socket before it connects.</param>
    public static async Task<Link> OpenAsync(ConnectionHandler? handler, ConnectionOptions? options = null, Action<Socket>? prepare = null, int receiveBufferSize = 64 * 1024)
    {
        var failures = new ConcurrentQueue<Exception>();
        var loops = EventLoopGroup.Start(1, new EventLoopOptions { ReceiveBufferSize = receiveBufferSize, UnhandledException = unhandled => failures.Enqueue(unhandled.Exception) });
        var accepted = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            connection =>
            {
                accepted.SetResult(connection);
                return handler ?? PullHandler.Instance;
            },
            new ListenerOptions { Connections = options ?? ConnectionOptions.Default });

        var peer = Sockets.Tcp();
        prepare?.Invoke(peer);
        try
        {
            await peer.ConnectAsync(listener.LocalEndPoint);
        }
        catch (SocketException) when (accepted.Task.IsCompleted)
        {
            // The handler aborted before the connect had returned.
        }

        return new Link(loops, listener, await accepted.Task.Within(), peer, failures);
    }

    /// <summary>Writes until the kernel takes no more. Loop only.</summary>
    public static void FillKernel(Connection connection, ref int filled)
    {
        do
        {
            connection.Write(new byte[4096]);
            filled += 4096;
        }
        while (connection.Flush());
    }

    public Task OnLoop(Action action) => Loop.InvokeAsync(action).Within();

    public Task<T> OnLoop<T>(Func<T> function) => Loop.InvokeAsync(function).Within();

    /// <summary>Runs code that awaits on the loop.</summary>
    public Task RunOnLoop(Func<Task> function) => Loop.RunAsync(function).Within();

    /// <summary>Returns when the loop has polled at least once more after everything that had reached its descriptors.</summary>
    public async Task TurnAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await OnLoop(() => Loop.SetTimer(TimeSpan.FromMilliseconds(1), new Callback(turned.SetResult)));
            await turned.Task.Within();
        }
    }

    public Task StopAsync() => _listener.StopAsync(Patience.Limit);

    public async ValueTask DisposeAsync()
    {
        Peer.Dispose();
        await _listener.DisposeAsync();
        await Loops.DisposeAsync();
    }

    private sealed class Callback(Action action) : ITimerHandler
    {
        public void OnTimer(TimerId id) => action();
    }
}
