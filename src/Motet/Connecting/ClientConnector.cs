using System.Diagnostics;
using System.Net.Sockets;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet;

/// <summary>Connects to one address, again and again where that is wanted. Loop only.</summary>
internal sealed class ClientConnector
{
    private readonly ConnectAddress _address;
    private readonly Func<ClientHandler> _createHandler;
    private readonly ClientConnectOptions _options;
    private readonly WebSocketConnectOptions? _webSocket;
    private BackOff _backOff;
    private EventLoop? _loop;

    /// <exception cref="ArgumentException">The URL names nothing that can be connected to, or a cookie cannot be sent.</exception>
    public ClientConnector(string url, Func<ClientHandler> createHandler, ClientConnectOptions? options)
    {
        _address = ConnectAddress.Parse(url);
        _createHandler = createHandler;
        _options = options ?? ClientConnectOptions.Default;
        if (_address.IsWebSocket) _webSocket = _options.ToWebSocketOptions();
        if (_options.Reconnect is { } reconnect) _backOff = new BackOff(reconnect);
    }

    private ClientProtocol Protocol => _address.IsWebSocket ? ClientProtocol.WebSocket : ClientProtocol.Raw;

    /// <summary>On the current loop, or else on the one for code that has none.</summary>
    public Task<Client> ConnectAsync(CancellationToken cancellationToken)
    {
        _loop = EventLoop.Current;
        if (_loop is not null) return ConnectOnLoopAsync(cancellationToken);
        _loop = EventLoop.Shared;
        return _loop.RunAsync(() => ConnectOnLoopAsync(cancellationToken));
    }

    private async Task<Client> ConnectOnLoopAsync(CancellationToken cancellationToken)
    {
        if (_options.Reconnect is not { } reconnect) return await ConnectOnceAsync(cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, reconnect.CancellationToken);
        return await ConnectPatientlyAsync(reconnect, pausesFirst: false, either.Token);
    }

    private async Task<Client> ConnectPatientlyAsync(ReconnectOptions reconnect, bool pausesFirst, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (pausesFirst || attempt > 1) await PauseAsync(cancellationToken);
            try
            {
                var client = await ConnectOnceAsync(cancellationToken);
                new Watch(this).Begin(client);
                return client;
            }
            catch (Exception exception) when (IsFailureToConnect(exception) && attempt < reconnect.MaxAttempts)
            {
                // The handler was told.
            }
        }
    }

    private async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        await Coprocess.SleepAsync(_backOff.Next(Random.Shared.NextDouble()), cancellationToken);
        if (!_loop!.IsCurrent) throw new OperationCanceledException("The event loop has ended.");
    }

    /// <summary>One attempt; when it fails the handler is told, and whoever waits.</summary>
    private async Task<Client> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        var handler = _createHandler();
        try
        {
            if (_webSocket is not null) return await WebSocketConnector.ConnectAsync(_address.EndPoint, _address.Host!, _address.Target, handler, _webSocket, cancellationToken);
            var connection = await Connector.ConnectAsync(_address.EndPoint, handler: null, _options.ToConnectOptions(), cancellationToken);

            // In a turn of its own: the handler's code belongs to the client, and not to what connects it.
            return await _loop!.InvokeAsync(() => connection.IsOpen ? Client.Serve(connection, handler, _options.Raw) : throw new ConnectionClosedException(connection.CloseReason));
        }
        catch (Exception exception)
        {
            await _loop!.InvokeAsync(() => Client.TellUnreachable(handler, Protocol, exception));
            throw;
        }
    }

    /// <summary>A client has ended that was connected.</summary>
    private void Lost(Client client, bool wasClosedHere, TimeSpan lasted)
    {
        var reconnect = _options.Reconnect!;

        // What this side ended is not lost.
        if (wasClosedHere || client.CloseDetails.Reason is CloseReason.Closed or CloseReason.Aborted or CloseReason.Shutdown || reconnect.CancellationToken.IsCancellationRequested) return;
        if (lasted >= reconnect.MaxDelay) _backOff.Reset();

        // By way of the loop, so that nothing of what the client's handler ran in is kept.
        _loop!.Post(static state => _ = ((ClientConnector)state!).ReconnectAsync(), this);
    }

    private async Task ReconnectAsync()
    {
        var reconnect = _options.Reconnect!;
        try
        {
            await ConnectPatientlyAsync(reconnect, pausesFirst: true, reconnect.CancellationToken);
        }
        catch (Exception exception)
        {
            // Given up, or ended by the token: the handler was told of each attempt that failed. Anything else nobody would hear of.
            if (!IsFailureToConnect(exception) && exception is not OperationCanceledException) _loop!.ReportUnhandledException(exception, this);
        }
    }

    private static bool IsFailureToConnect(Exception exception) => exception is SocketException or IOException or TimeoutException;

    /// <summary>Waits for the end of a client.</summary>
    private sealed class Watch(ClientConnector connector) : ClientExtension
    {
        private readonly long _since = Stopwatch.GetTimestamp();
        private bool _isOver;

        public void Begin(Client client)
        {
            client.AddExtension(this);
            if (client.CloseDetails.Reason != CloseReason.None) OnClosed(client);
        }

        protected override void OnClosed(Client client)
        {
            if (_isOver) return;
            _isOver = true;
            connector.Lost(client, WasClosedHere(client), Stopwatch.GetElapsedTime(_since));
        }
    }
}
