using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet;

/// <summary>
/// A server: listeners, their handlers, and the event loops they run on. It is set up first and then run once; setting up is for one thread, everything else for any.
/// </summary>
public sealed class Server : IAsyncDisposable
{
    private readonly Dictionary<string, HttpHandler> _routes = [];
    private readonly List<(ListenAddress Address, ConnectionDelegate? Serve)> _listens = [];
    private readonly List<(ServerState State, Action Callback)> _callbacks = [];
    private readonly List<Listener> _listeners = [];
    private readonly CancellationTokenSource _abort = new();
    private readonly bool _hasOwnListener;
    private HttpHandler? _others;
    private EventLoopGroup? _loops;
    private ILoggerFactory? _ownLoggers;
    private ILogger? _logger;
    private Task? _stopping;

    /// <summary>Creates a server that listens where <see cref="Listen(string)"/> says.</summary>
    /// <param name="options">How it is made; the defaults when null.</param>
    public Server(ServerOptions? options = null) => Options = options ?? new ServerOptions();

    /// <summary>
    /// Creates a server that takes the standard command line (<c>-p PORT</c>, <c>-b ADDRESS</c>, <c>-t LOOPS</c>) and listens for HTTP where that says, besides where
    /// <see cref="Listen(string)"/> says.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="options">What it is when the command line does not say; the defaults when null.</param>
    /// <exception cref="ArgumentException">The command line cannot be understood.</exception>
    public Server(string[] args, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        Options = ServerCommandLine.Parse(args, options ?? new ServerOptions());
        _hasOwnListener = true;
    }

    /// <summary>How the server is made.</summary>
    public ServerOptions Options { get; }

    /// <summary>The addresses it listens on, in the order they were named, with the ports that the system chose. Empty before it has started.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; private set; } = [];

    /// <summary>Serves HTTP on one address until the process is told to stop (Ctrl-C, SIGTERM) or the token fires; then requests under way may finish.</summary>
    /// <param name="url">Where to listen, such as <c>http://127.0.0.1:3000</c>, <c>http://*:80</c> or <c>http+unix:///run/app.sock</c>.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    public static async Task ServeAsync(string url, HttpHandler handler, CancellationToken cancellationToken = default)
    {
        await using var server = new Server();
        server.Http(handler);
        server.Listen(url);
        await server.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the handler answer every request that no other one is named for.</summary>
    /// <param name="handler">Answers the requests.</param>
    public void Http(HttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        _others = handler;
    }

    /// <summary>Has the handler answer the requests with exactly this path.</summary>
    /// <param name="path">The path as clients send it, percent-encoded, such as <c>/clock</c>.</param>
    /// <param name="handler">Answers the requests.</param>
    public void Http(string path, HttpHandler handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        _routes[path] = handler;
    }

    /// <summary>Listens for HTTP on an address.</summary>
    /// <param name="url">Such as <c>http://127.0.0.1:3000</c>, <c>http://[::1]:0</c>, <c>http://*:80</c> or <c>http+unix:///run/app.sock</c>.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    public void Listen(string url)
    {
        ThrowIfStarted();
        var address = ListenAddress.Parse(url);
        if (address.Scheme != ListenAddress.Http) throw new ArgumentException($"'{url}' is not for HTTP; a listener for bytes needs a method that serves them.");
        _listens.Add((address, null));
    }

    /// <summary>Listens for connections of any other protocol on an address.</summary>
    /// <param name="url">Such as <c>tcp://0.0.0.0:7000</c> or <c>unix:///run/app.sock</c>.</param>
    /// <param name="serve">Serves one connection, on its event loop.</param>
    /// <exception cref="ArgumentException">The URL names nothing that can be listened on.</exception>
    public void Listen(string url, ConnectionDelegate serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        ThrowIfStarted();
        var address = ListenAddress.Parse(url);
        if (address.Scheme != ListenAddress.Tcp) throw new ArgumentException($"'{url}' is for HTTP; name tcp:// or unix:// to serve bytes.");
        _listens.Add((address, serve));
    }

    /// <summary>Has a method called at a moment of the server's life, before or after what the state names; in the order they were added. What it throws ends the start, or is logged when stopping.</summary>
    /// <param name="state">The moment.</param>
    /// <param name="callback">The method.</param>
    public void OnState(ServerState state, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _callbacks.Add((state, callback));
    }

    /// <summary>Starts, and serves until the process is told to stop (Ctrl-C, SIGTERM) or the token fires; then requests under way may finish. A second signal ends them too.</summary>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be listened on.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (!told.TrySetResult()) _abort.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var cancelled = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), told);
        await StartAsync().ConfigureAwait(false);
        foreach (var endPoint in EndPoints) Console.Error.WriteLine($"Motet listens on {endPoint} with {_loops!.Loops.Count} event loops. Ctrl-C stops it.");
        await told.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Starts the loops and listens. Completes when all listeners accept.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be listened on; nothing is left running.</exception>
    public async Task StartAsync()
    {
        ThrowIfStarted();
        var loggers = Options.LoggerFactory ?? (_ownLoggers = CreateLoggers());
        _logger = loggers.CreateLogger("Motet");
        _loops = EventLoopGroup.Start(Options.LoopCount(Environment.ProcessorCount), new EventLoopOptions { Logger = _logger });
        try
        {
            Tell(ServerState.Starting);
            if (_hasOwnListener) _listens.Insert(0, (new ListenAddress(ListenAddress.Http, ListenAddress.Parse(Options.Address, Options.Port)), null));
            var http = new HttpService(new Router(_routes, _others).Handler, Options.Limits, _logger);
            foreach (var (address, serve) in _listens)
            {
                _listeners.Add(serve is null
                    ? await Listener.StartAsync(_loops, address.EndPoint, http.Serve, http.ListenerOptions(Options.MaxConnections)).ConfigureAwait(false)
                    : await Listener.StartAsync(_loops, address.EndPoint, serve, new ListenerOptions { MaxConnections = Options.MaxConnections }).ConfigureAwait(false));
            }

            EndPoints = [.. _listeners.Select(listener => listener.LocalEndPoint)];
            Tell(ServerState.Started);
        }
        catch
        {
            await _abort.CancelAsync().ConfigureAwait(false);
            await StopAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops gracefully: nobody is accepted any more, requests under way finish within <see cref="ServerOptions.DrainTimeout"/>, the rest is aborted. Calling it again waits for the same end.</summary>
    /// <param name="cancellationToken">Ends the waiting for requests under way.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using var hurry = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abort);
        Task stopping;
        lock (_abort) stopping = _stopping ??= StopOnceAsync();
        await stopping.ConfigureAwait(false);
    }

    /// <summary>Stops at once: requests under way are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    private async Task StopOnceAsync()
    {
        if (_loops is null) return;
        TellWhileStopping(ServerState.Stopping);
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(Options.DrainTimeout, _abort.Token))).ConfigureAwait(false);
        await _loops.DisposeAsync().ConfigureAwait(false);
        TellWhileStopping(ServerState.Stopped);
        _ownLoggers?.Dispose();
    }

    private void Tell(ServerState state)
    {
        foreach (var (when, callback) in _callbacks)
        {
            if (when == state) callback();
        }
    }

    private void TellWhileStopping(ServerState state)
    {
        try
        {
            Tell(state);
        }
        catch (Exception exception)
        {
            // Stopping goes on: it is what has to happen whatever fails.
            ServerLog.CallbackFailed(_logger!, exception, state);
        }
    }

    private static ILoggerFactory CreateLoggers() => LoggerFactory.Create(static logging => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    private void ThrowIfStarted()
    {
        if (_loops is not null) throw new InvalidOperationException("The server has started; it is set up before.");
    }
}
