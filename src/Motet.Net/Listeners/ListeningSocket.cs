using System.Net;
using System.Net.Sockets;

namespace Motet.Net;

/// <summary>Opens the descriptors that listeners accept on.</summary>
internal static class ListeningSocket
{
    /// <summary>A socket that listens.</summary>
    /// <param name="endPoint">Where.</param>
    /// <param name="options">How.</param>
    /// <param name="reusePort">Whether more sockets of this process will listen there.</param>
    /// <param name="isFirst">Whether it is the first of those.</param>
    public static int Open(EndPoint endPoint, ListenerOptions options, bool reusePort, bool isFirst)
    {
        var descriptor = SocketHandle.Create(endPoint);
        if (descriptor < 0) throw Errno.ToException(Errno.Last, "Opening a socket");
        try
        {
            var path = PathOf(endPoint);
            if (endPoint is IPEndPoint ip) ConfigureTcp(descriptor, ip, options);
            else if (path is not null) RemoveStaleUnixSocket(endPoint, path);

            // The first binds alone, so that an address that somebody else shares between loops of his own is in use; the others bind beside it.
            if (reusePort && !isFirst) SharePort(descriptor);
            if (SocketHandle.Bind(descriptor, endPoint) != 0) throw Errno.ToException(Errno.Last, $"Binding to {endPoint}");
            if (reusePort && isFirst) SharePort(descriptor);

            // Before anybody can connect: that is only possible from listen(2) on.
            if (path is not null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, options.UnixSocketMode);
            if (Libc.listen(descriptor, options.Backlog) != 0) throw Errno.ToException(Errno.Last, $"Listening on {endPoint}");
            return descriptor;
        }
        catch
        {
            SocketHandle.Close(descriptor);
            throw;
        }
    }

    /// <summary>The file of a Unix socket; null for TCP and for Linux's abstract names, which begin with a zero byte and have no file.</summary>
    public static string? PathOf(EndPoint endPoint)
    {
        const int PathOffset = 2;
        if (endPoint is not UnixDomainSocketEndPoint) return null;
        var address = endPoint.Serialize();
        return address.Size > PathOffset && address[PathOffset] != 0 ? endPoint.ToString() : null;
    }

    private static void SharePort(int descriptor)
    {
        if (!SocketHandle.SetReusePort(descriptor)) throw Errno.ToException(Errno.Last, "Sharing the port between loops");
    }

    private static void ConfigureTcp(int descriptor, IPEndPoint endPoint, ListenerOptions options)
    {
        SocketHandle.SetReuseAddress(descriptor);
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) SocketHandle.SetIpv6Only(descriptor, !endPoint.Address.Equals(IPAddress.IPv6Any));

        if (options.DeferAccept > TimeSpan.Zero) SocketHandle.SetDeferAccept(descriptor, options.DeferAccept);

        // Accepted sockets inherit it, which saves a system call on each of them.
        SocketHandle.SetNoDelay(descriptor);
    }

    /// <summary>A socket file that nobody listens on is what a crash leaves behind; one that answers belongs to somebody, and a file that is no socket even more so.</summary>
    private static void RemoveStaleUnixSocket(EndPoint endPoint, string path)
    {
        if (!SocketHandle.IsSocketFile(path)) return;
        var probe = SocketHandle.Create(endPoint);
        if (probe < 0) return;
        var refused = SocketHandle.Connect(probe, endPoint) != 0 && Errno.Last == Errno.ECONNREFUSED;
        SocketHandle.Close(probe);
        if (refused) File.Delete(path);
    }
}
