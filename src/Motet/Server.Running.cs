using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet;

/// <summary>From start to stop.</summary>
public sealed partial class Server
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _toldToStop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Listener> _listeners = [];
    private Task? _starting;
    private Task? _stopping;
    private EventLoopGroup? _loops;
    private ILoggerFactory? _ownLoggers;
    private ILogger? _logger;
    private AccessLog? _accessLog;

    /// <summary>
    /// Starts, and serves until the process is told to stop (Ctrl-C, SIGTERM) or the token fires; then requests under way may finish. A second signal ends them too. SIGQUIT (Ctrl-\) writes the tree of coprocesses to standard error (<see cref="CoprocessDump"/>). Where it listens is printed to standard
    /// error.
    /// </summary>
    /// <remarks>
    /// A server made from a command line answers that itself and returns: help and the version on standard output; an error in it, or an address that cannot be listened on, on standard error and with
    /// <see cref="Environment.ExitCode"/> (2 and 1).
    /// </remarks>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <exception cref="InvalidOperationException">The server has nothing to listen on, or ran before.</exception>
    /// <exception cref="SocketException">An address cannot be listened on; nothing is left running.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_commandLine is { AsksForServer: false })
        {
            var exitCode = _commandLine.Answer();
            if (exitCode != 0) Environment.ExitCode = exitCode;
            return;
        }

        var signals = 0;
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref signals) > 1) _abort.Cancel();
            _toldToStop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var dump = CoprocessDump.WriteOnSignal();
        using var cancelled = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), _toldToStop);
        try
        {
            await StartAsync().ConfigureAwait(false);
        }
        catch (SocketException exception) when (_commandLine is not null)
        {
            Console.Error.WriteLine(exception.Message);
            Environment.ExitCode = 1;
            return;
        }

        PrintWhereItListens();
        await _toldToStop.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Starts the loops and listens. Completes when all listeners accept.</summary>
    /// <exception cref="InvalidOperationException">The server has nothing to listen on, has started or stopped before, or its command line asks for something else than a server.</exception>
    /// <exception cref="SocketException">An address cannot be listened on; nothing is left running.</exception>
    public Task StartAsync()
    {
        lock (_gate)
        {
            ThrowIfStarted();
            if (_commandLine is { AsksForServer: false }) throw new InvalidOperationException("The command line has an error, or asks for help; RunAsync answers it.");
            if (_commandLine is not null) _listens.Insert(0, (ListenAddress.Parse(Options.Address, Options.Port), null));
            if (_listens.Count == 0) throw new InvalidOperationException("The server has nothing to listen on; name an address with Listen.");
            return _starting = Task.Run(StartOnceAsync);
        }
    }

    /// <summary>
    /// Stops gracefully: nobody is accepted any more, requests under way finish within <see cref="ServerOptions.DrainTimeout"/>, the rest is aborted. Calling it again waits for the same end.
    /// Nothing needs to have started. A request's handler that calls it must not wait for it: the server waits for the handler.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting for requests under way: they are aborted.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using var hurry = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abort);
        Task stopping;
        lock (_gate)
        {
            _stopping ??= Task.Run(StopOnceAsync);
            stopping = _stopping;
        }

        _toldToStop.TrySetResult();
        await stopping.ConfigureAwait(false);
    }

    /// <summary>Stops at once: requests under way are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    private async Task StartOnceAsync()
    {
        var loggers = Options.LoggerFactory ?? (_ownLoggers = CreateLoggers());
        _logger = loggers.CreateLogger("Motet");
        try
        {
            _loops = EventLoopGroup.Start(Options.LoopCount(Environment.ProcessorCount), new EventLoopOptions { Logger = _logger });
            Tell(ServerState.Starting);
            var http = new HttpService(CreateHandler(), Options.Limits, _logger, CreateHttpOptions());
            foreach (var (address, start) in _listens) _listeners.Add(await ListenAsync(http, address, start).ConfigureAwait(false));
            EndPoints = [.. _listeners.Select(listener => listener.LocalEndPoint)];
            Tell(ServerState.Started);
        }
        catch
        {
            await _abort.CancelAsync().ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private HttpHandler CreateHandler()
    {
        var files = Options.PublicFolder is null ? null : new StaticFiles(Options.PublicFolder);
        return new Router(_routes, _upgrades, _others, files).Handler;
    }

    private HttpOptions CreateHttpOptions()
    {
        var options = Options.Http;
        if (Options.PublicFolder is not null && options.ErrorPages is null) options = options with { ErrorPages = ErrorPages.Load(Options.PublicFolder) };
        if (Options.LogRequests) options = options with { AccessLog = _accessLog = new AccessLog(Console.OpenStandardError(), Options.AccessLogFormat) };
        return options;
    }

    private async Task<Listener> ListenAsync(HttpService http, ListenAddress address, StartListening? start)
    {
        try
        {
            if (start is null) return await Listener.StartAsync(_loops!, address.EndPoint, http.Serve, http.ListenerOptions(Options.UnixSocketMode)).ConfigureAwait(false);
            var options = new ListenerOptions { MaxConnections = Options.Limits.MaxConnections, DescriptorMargin = Options.Limits.DescriptorMargin, UnixSocketMode = Options.UnixSocketMode };
            return await start(_loops!, address, options).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new SocketException((int)exception.SocketErrorCode, $"The server cannot listen on {address.Describe(address.EndPoint)}. {exception.Message}.");
        }
    }

    private async Task StopOnceAsync()
    {
        if (_starting is null)
        {
            CancelSubscriptions();
            return;
        }

        try
        {
            await _starting.ConfigureAwait(false);
        }
        catch
        {
            // Who started it is told; everything was closed there.
            return;
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        TellWhileStopping(ServerState.Stopping);
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(Options.DrainTimeout, _abort.Token))).ConfigureAwait(false);
        CancelSubscriptions();
        if (_loops is not null) await _loops.DisposeAsync().ConfigureAwait(false);
        if (_accessLog is not null) await _accessLog.DisposeAsync().ConfigureAwait(false);
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
        foreach (var (when, callback) in _callbacks)
        {
            try
            {
                if (when == state) callback();
            }
            catch (Exception exception)
            {
                // Stopping goes on: it is what has to happen whatever fails.
                ServerLog.CallbackFailed(_logger!, exception, state);
            }
        }
    }

    private void PrintWhereItListens()
    {
        for (var i = 0; i < _listens.Count; i++) Console.Error.WriteLine($"Motet listens on {_listens[i].Address.Describe(EndPoints[i])}");
        var loops = _loops!.Loops.Count;
        Console.Error.WriteLine($"{loops} event {(loops == 1 ? "loop" : "loops")}; Ctrl-C stops the server.");
    }

    private static ILoggerFactory CreateLoggers() => LoggerFactory.Create(static logging => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
