using System.Net;
using System.Net.Sockets;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// Accepts connections on an address and spreads them over a group of event loops. Clients beyond a limit are answered and closed, never left to hang; a lack of
/// descriptors slows accepting down, and never makes it spin. All members are for any thread.
/// </summary>
public sealed class Listener : IAsyncDisposable
{
    private readonly Func<Connection, ConnectionHandler> _createHandler;
    private readonly Acceptor[] _acceptors;
    private readonly string? _unixPath;
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private int _stopping;
    private volatile bool _acceptsNoMore;
    private long _accepted;
    private long _shed;

    private Listener(EventLoopGroup loops, EndPoint endPoint, Func<Connection, ConnectionHandler> createHandler, ListenerOptions options)
    {
        Loops = loops;
        Options = options;
        _createHandler = createHandler;
        var limit = SocketHandle.DescriptorLimit();
        DescriptorLimit = limit - Math.Min(options.DescriptorMargin, limit / 2);
        (_acceptors, LocalEndPoint) = Open(endPoint);
        _unixPath = ListeningSocket.PathOf(LocalEndPoint);
    }

    /// <summary>The address that is listened on, with the port that the system chose where 0 was asked for.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>The limits and ways of accepting.</summary>
    public ListenerOptions Options { get; }

    /// <summary>The loops that the connections live on.</summary>
    public EventLoopGroup Loops { get; }

    /// <summary>Connections open now.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Connections accepted so far.</summary>
    public long AcceptedConnections => Interlocked.Read(ref _accepted);

    /// <summary>Clients turned away because of a limit so far.</summary>
    public long ShedConnections => Interlocked.Read(ref _shed);

    internal int DescriptorLimit { get; }

    /// <summary>Begins to listen; each connection gets a handler of its own, or a shared one.</summary>
    /// <param name="loops">The loops that serve.</param>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> (port 0: the system chooses; <see cref="IPAddress.IPv6Any"/> takes IPv4 too) or a <see cref="UnixDomainSocketEndPoint"/> (a socket that nobody listens on any more is replaced).</param>
    /// <param name="createHandler">Called on the connection's loop when it is accepted.</param>
    /// <param name="options">Limits; the defaults when null.</param>
    /// <exception cref="SocketException">The address is in use, not of this machine, or not permitted.</exception>
    public static async Task<Listener> StartAsync(EventLoopGroup loops, EndPoint endPoint, Func<Connection, ConnectionHandler> createHandler, ListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loops);
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(createHandler);
        var listener = new Listener(loops, endPoint, createHandler, options ?? new ListenerOptions());
        foreach (var acceptor in listener._acceptors) await acceptor.EventLoop.InvokeAsync(acceptor.Start).ConfigureAwait(false);
        return listener;
    }

    /// <summary>Begins to listen; each connection is served by a method that reads and writes in sequence.</summary>
    /// <inheritdoc cref="StartAsync(EventLoopGroup, EndPoint, Func{Connection, ConnectionHandler}, ListenerOptions?)"/>
    /// <param name="serve">Serves one connection, as a <see cref="Coprocess"/> on its loop, which drains (<see cref="CancelScope.IsDraining"/>) when the listener stops; the connection is closed at its next read that has to wait, and the coprocess cancelled when the grace period is over.</param>
    public static Task<Listener> StartAsync(EventLoopGroup loops, EndPoint endPoint, ConnectionDelegate serve, ListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serve);
        return StartAsync(loops, endPoint, _ => new DelegateHandler(serve), options);
    }

    /// <summary>Begins to listen; each connection is a <see cref="Client"/> whose messages are what arrives together.</summary>
    /// <inheritdoc cref="StartAsync(EventLoopGroup, EndPoint, Func{Connection, ConnectionHandler}, ListenerOptions?)"/>
    /// <param name="createHandler">Gives the handler of a client, one for each or the same for all. Called on the client's loop when it is accepted.</param>
    /// <param name="clients">How the clients are served; the defaults when null.</param>
    public static Task<Listener> StartAsync(EventLoopGroup loops, EndPoint endPoint, Func<ClientHandler> createHandler, ListenerOptions? options = null, ClientOptions? clients = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        return StartAsync(loops, endPoint, connection => new RawClient(connection, createHandler(), clients ?? ClientOptions.Default).CreateCallbacks(), options);
    }

    /// <summary>
    /// Stops: no more clients are accepted (those that wait in the kernel's queue still are), each open connection is told (<see cref="ConnectionHandler.OnShutdown"/>), and what is
    /// still open when the grace period ends is aborted. Completes when every connection is closed. Calling it again shortens the grace period.
    /// </summary>
    /// <param name="gracePeriod">How long connections may take to finish.</param>
    /// <param name="cancellationToken">Ends the grace period at once.</param>
    public async Task StopAsync(TimeSpan gracePeriod, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopping, 1) == 0)
        {
            // First the name, while the socket is still ours: a successor may take it as soon as nobody listens.
            if (_unixPath is not null) File.Delete(_unixPath);
            foreach (var acceptor in _acceptors) await acceptor.EventLoop.InvokeAsync(acceptor.Stop).ConfigureAwait(false);
            _acceptsNoMore = true;
            if (OpenConnections == 0) _allClosed.TrySetResult();
            await ForEachConnectionAsync(static connection => connection.Shutdown()).ConfigureAwait(false);
        }

        try
        {
            await _allClosed.Task.WaitAsync(gracePeriod, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            await ForEachConnectionAsync(static connection => connection.AbortAtShutdown()).ConfigureAwait(false);
            await _allClosed.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Stops at once; see <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    internal ConnectionHandler CreateHandler(Connection connection) => _createHandler(connection);

    /// <summary>Counts a new connection, unless there are as many as may be.</summary>
    internal bool TryCountAccepted()
    {
        if (Interlocked.Increment(ref _open) > Options.MaxConnections)
        {
            Interlocked.Decrement(ref _open);
            return false;
        }

        Interlocked.Increment(ref _accepted);
        NetMetrics.Opened();
        return true;
    }

    internal void CountShed()
    {
        Interlocked.Increment(ref _shed);
        NetMetrics.Shed();
    }

    internal void CountClosed()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _acceptsNoMore) _allClosed.TrySetResult();
    }

    private (Acceptor[] Acceptors, EndPoint Address) Open(EndPoint endPoint)
    {
        var reusePort = endPoint is IPEndPoint && Loops.Loops.Count > 1
            && (Options.Distribution == LoopDistribution.ReusePort || (Options.Distribution == LoopDistribution.Automatic && OperatingSystem.IsLinux()));
        var acceptors = new Acceptor[reusePort ? Loops.Loops.Count : 1];
        try
        {
            for (var i = 0; i < acceptors.Length; i++)
            {
                var descriptor = ListeningSocket.Open(endPoint, Options, reusePort, isFirst: i == 0);
                acceptors[i] = new Acceptor(this, Loops.Loops[i], descriptor, spread: acceptors.Length == 1 && Loops.Loops.Count > 1);

                // The system chose a port for the first socket; the others listen on the same.
                if (i == 0) endPoint = SocketHandle.LocalEndPoint(descriptor) ?? endPoint;
            }
        }
        catch
        {
            foreach (var acceptor in acceptors) acceptor?.Abandon();
            throw;
        }

        return (acceptors, endPoint);
    }

    private async Task ForEachConnectionAsync(Action<Connection> action)
    {
        foreach (var loop in Loops.Loops)
        {
            await loop.InvokeAsync(
                () =>
                {
                    // A loop that has ended aborted its connections then.
                    if (loop.IsCurrent) ForEachConnection(action);
                }).ConfigureAwait(false);
        }
    }

    private void ForEachConnection(Action<Connection> action)
    {
        // From a copy: an action may close, and so remove, any of them.
        foreach (var connection in NetLoop.Current.Open.ToArray())
        {
            if (connection.Owner is Acceptor acceptor && acceptor.Listener == this) action(connection);
        }
    }
}
