using System.Net;
using System.Net.Sockets;

namespace Motet.Runtime.Tests;

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
        Near.Blocking = false;
        Near.NoDelay = true;
    }

    public Socket Near { get; }

    public Socket Far { get; }

    public int Descriptor => (int)Near.SafeHandle.DangerousGetHandle();

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
