using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Motet.Tests;

/// <summary>A way to a server that breaks when it is told to: its connections end, and new ones are turned away until it is mended.</summary>
internal sealed class CuttableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, Socket> _pairs = new();
    private readonly Uri _target;
    private volatile bool _isCut;

    public CuttableProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = AcceptAsync();
    }

    /// <summary>Where clients come in.</summary>
    public Uri Url { get; }

    /// <summary>Whether it breaks the connections that are to become WebSockets, as some do that know HTTP only.</summary>
    public bool BreaksWebSockets { get; init; }

    public void Cut()
    {
        _isCut = true;
        foreach (var (client, server) in _pairs) Close(client, server);
    }

    public void Mend() => _isCut = false;

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var length)
        {
            if (BreaksWebSockets && buffer.AsSpan(0, length).IndexOf("Upgrade: websocket"u8) >= 0) return;
            await to.SendAsync(buffer.AsMemory(0, length));
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _pairs[client] = server;
        try
        {
            if (_isCut) return;
            await server.ConnectAsync(_target.Host, _target.Port);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side is told below.
        }
        finally
        {
            Close(client, server);
        }
    }

    private void Close(Socket client, Socket server)
    {
        _pairs.TryRemove(client, out _);
        client.Dispose();
        server.Dispose();
    }
}
