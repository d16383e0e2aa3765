using System.Net;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet;

/// <summary>
/// A server: listeners, their handlers, and the event loops they run on. It is set up first and then run once; setting up is for one thread, everything else for any.
/// </summary>
public sealed partial class Server : IAsyncDisposable
{
    private readonly Dictionary<string, Route> _routes = [];
    private readonly Dictionary<string, HttpHandler> _upgrades = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(ListenAddress Address, StartListening? Start)> _listens = [];
    private readonly List<(ServerState State, Action Callback)> _callbacks = [];
    private readonly ServerCommandLine? _commandLine;
    private HttpHandler? _others;

    private delegate Task<Listener> StartListening(EventLoopGroup loops, ListenAddress address, ListenerOptions options);

    /// <summary>Creates a server that listens where <see cref="Listen(string)"/> says.</summary>
    /// <param name="options">How it is made; the defaults when null.</param>
    public Server(ServerOptions? options = null) => Options = options ?? new ServerOptions();

    /// <summary>
    /// Creates a server that takes the standard command line (<c>-p PORT</c>, <c>-b ADDRESS</c>, <c>-t LOOPS</c>, <c>-www DIRECTORY</c>, <c>-v</c>) and listens for HTTP where that says, besides where
    /// <see cref="Listen(string)"/> says. A command line that asks for help or for the version, or that has an error, is answered by <see cref="RunAsync"/>, which then serves nothing.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="options">What it is when the command line does not say; the defaults when null.</param>
    public Server(string[] args, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        _commandLine = ServerCommandLine.Parse(args, options ?? new ServerOptions());
        Options = _commandLine.Options;
    }

    /// <summary>How the server is made.</summary>
    public ServerOptions Options { get; }

    /// <summary>
    /// The addresses it listens on, with the ports that the system chose: the command line's first, then the others in the order they were named. Empty before it has started.
    /// </summary>
    public IReadOnlyList<EndPoint> EndPoints { get; private set; } = [];

    /// <summary>Serves HTTP on one address until the process is told to stop (Ctrl-C, SIGTERM) or the token fires; then requests under way may finish.</summary>
    /// <param name="url">Where to listen, such as <c>http://127.0.0.1:3000</c>, <c>http://*:80</c> or <c>http+unix:///run/app.sock</c>.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    public static async Task ServeAsync(string url, HttpHandler handler, CancellationToken cancellationToken = default)
    {
        await using var server = new Server();
        server.Http(handler);
        server.Listen(url);
        await server.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the handler answer every request that no other one is named for. Without it they get 404.</summary>
    /// <param name="handler">Answers the requests.</param>
    public void Http(HttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        _others = handler;
    }

    /// <summary>Has the handler answer the requests with exactly this path. Naming a path again replaces its handler.</summary>
    /// <param name="path">The path as clients send it, percent-encoded, such as <c>/clock</c>.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <exception cref="ArgumentException">No request can have the path.</exception>
    public void Http(string path, HttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        RouteOf(path).Http = handler;
    }

    /// <summary>Listens for HTTP on an address.</summary>
    /// <param name="url">Such as <c>http://127.0.0.1:3000</c>, <c>http://[::1]:0</c>, <c>http://*:80</c> or <c>http+unix:///run/app.sock</c>.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    public void Listen(string url)
    {
        ThrowIfStarted();
        var address = ListenAddress.Parse(url);
        if (address.Scheme != ListenAddress.Http) throw new ArgumentException($"'{url}' is not for HTTP; a listener for bytes needs a method that serves them.", nameof(url));
        _listens.Add((address, null));
    }

    /// <summary>Listens for connections of any other protocol on an address.</summary>
    /// <param name="url">Such as <c>tcp://0.0.0.0:7000</c> or <c>unix:///run/app.sock</c>.</param>
    /// <param name="serve">Serves one connection, on its event loop.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    public void Listen(string url, ConnectionDelegate serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        ListenForBytes(url, (loops, address, options) => Listener.StartAsync(loops, address.EndPoint, serve, options));
    }

    /// <summary>
    /// Has a method called at a moment of the server's life, in the order they were added, on a thread of the pool. What it throws ends a start, and is logged when stopping. A start that
    /// fails tells <see cref="ServerState.Stopping"/> and <see cref="ServerState.Stopped"/> too, so what one callback opened another can close.
    /// </summary>
    /// <param name="state">The moment.</param>
    /// <param name="callback">The method.</param>
    public void OnState(ServerState state, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfStarted();
        _callbacks.Add((state, callback));
    }

    /// <summary>What is served at a path, to be added to.</summary>
    private Route RouteOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ThrowIfStarted();
        if ((path[0] != '/' && path != "*") || path.AsSpan().IndexOfAny("?# ") >= 0) throw new ArgumentException($"'{path}' is no path of a request: it begins with / and has no query.", nameof(path));
        if (!_routes.TryGetValue(path, out var route)) _routes.Add(path, route = new Route());
        return route;
    }

    private void ListenForBytes(string url, StartListening start)
    {
        ThrowIfStarted();
        var address = ListenAddress.Parse(url);
        if (address.Scheme != ListenAddress.Tcp) throw new ArgumentException($"'{url}' is for HTTP; name tcp:// or unix:// to serve bytes.", nameof(url));
        _listens.Add((address, start));
    }

    private void ThrowIfStarted()
    {
        if (_starting is not null) throw new InvalidOperationException("The server has started; it is set up before.");
        if (_stopping is not null) throw new InvalidOperationException("The server was stopped; a server runs once.");
    }
}
