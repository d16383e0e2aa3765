using System.Net;
using System.Net.Sockets;

namespace Motet.Tests.Shared;

/// <summary>Two connected TCP sockets on loopback, the near one non-blocking.</summary>
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
    }

    /// <summary>The one that tests register.</summary>
    public Socket Near { get; }

    /// <summary>The one that acts as the peer.</summary>
    public Socket Far { get; }

    /// <summary>The near one's.</summary>
    public int Descriptor => (int)Near.SafeHandle.DangerousGetHandle();

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
