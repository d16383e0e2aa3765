namespace Motet.Net.Tests;

/// <summary>An address whose SYNs are dropped: a listener whose queue is full. (Without a firewall or a foreign network there is no other way.)</summary>
internal sealed class Blackhole : IDisposable
{
    private readonly Socket _listener = Sockets.Tcp();
    private readonly List<Socket> _queued = [];

    public Blackhole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        while (true)
        {
            // listen(2): one more than the backlog fits; the one after that gets no answer.
            var socket = Sockets.Tcp();
            _queued.Add(socket);
            if (!socket.ConnectAsync(EndPoint).Wait(100)) return;
        }
    }

    public EndPoint EndPoint => _listener.LocalEndPoint!;

    /// <summary>An address where nobody listens.</summary>
    public static EndPoint Refusing()
    {
        using var socket = Sockets.Tcp();
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket.LocalEndPoint!;
    }

    public void Dispose()
    {
        foreach (var socket in _queued) socket.Dispose();
        _listener.Dispose();
    }
}
