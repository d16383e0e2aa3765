using System.Net;
using System.Net.Sockets;

namespace Motet.Net;

/// <summary>Opens the descriptors that listeners accept on.</summary>
internal static class ListeningSocket
{
    public static int Open(EndPoint endPoint, ListenerOptions options, bool reusePort)
    {
        var descriptor = SocketHandle.Create(endPoint);
        if (descriptor < 0) throw Errno.ToException(Errno.Last, "Opening a socket");
        try
        {
            if (endPoint is IPEndPoint ip) ConfigureTcp(descriptor, ip, options, reusePort);
            else RemoveStaleUnixSocket(endPoint);

            if (SocketHandle.Bind(descriptor, endPoint) != 0) throw Errno.ToException(Errno.Last, $"Binding to {endPoint}");
            if (endPoint is UnixDomainSocketEndPoint unix && unix.ToString() is ['/' or '.', ..] path && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, options.UnixSocketMode);
            if (Libc.listen(descriptor, options.Backlog) != 0) throw Errno.ToException(Errno.Last, $"Listening on {endPoint}");
            return descriptor;
        }
        catch
        {
            SocketHandle.Close(descriptor);
            throw;
        }
    }

    private static void ConfigureTcp(int descriptor, IPEndPoint endPoint, ListenerOptions options, bool reusePort)
    {
        SocketHandle.SetReuseAddress(descriptor);
        if (reusePort && !SocketHandle.SetReusePort(descriptor)) throw Errno.ToException(Errno.Last, "Sharing the port between loops");
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) SocketHandle.SetIpv6Only(descriptor, !endPoint.Address.Equals(IPAddress.IPv6Any));

        if (options.DeferAccept > TimeSpan.Zero) SocketHandle.SetDeferAccept(descriptor, options.DeferAccept);

        // Accepted sockets inherit it, which saves a system call on each of them.
        SocketHandle.SetNoDelay(descriptor);
    }

    /// <summary>A socket file that nobody listens on is what a crash leaves behind; one that answers belongs to somebody.</summary>
    private static void RemoveStaleUnixSocket(EndPoint endPoint)
    {
        var path = endPoint.ToString()!;
        if (!File.Exists(path)) return;
        var probe = SocketHandle.Create(endPoint);
        if (probe < 0) return;
        var refused = SocketHandle.Connect(probe, endPoint) != 0 && Errno.Last == Errno.ECONNREFUSED;
        SocketHandle.Close(probe);
        if (refused) File.Delete(path);
    }
}
