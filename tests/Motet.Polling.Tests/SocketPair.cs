using System.Net;
using System.Net.Sockets;

namespace Motet.Polling.Tests;

/// <summary>Two connected non-blocking TCP sockets over loopback.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Far.Connect(listener.LocalEndPoint!);
        Near = listener.Accept();
        Near.NoDelay = true;
        Near.Blocking = false;
        Far.Blocking = false;
    }

    /// <summary>The one that tests register.</summary>
    public Socket Near { get; }

    /// <summary>The one that acts as the peer.</summary>
    public Socket Far { get; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
