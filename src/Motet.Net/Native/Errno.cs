using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Motet.Net;

/// <summary>Error numbers of the C library; they differ between Linux and the BSD family.</summary>
internal static class Errno
{
    private static readonly bool IsLinux = OperatingSystem.IsLinux();

    public const int EINTR = 4;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EPIPE = 32;
    public const int ENOENT = 2;
    public const int EIO = 5;
    public const int EINVAL = 22;
    public const int ENXIO = 6;
    public const int EACCES = 13;
    public const int ENOMEM = 12;
    public static readonly int EAGAIN = IsLinux ? 11 : 35;
    public static readonly int ENOSYS = IsLinux ? 38 : 78;
    public static readonly int EOPNOTSUPP = IsLinux ? 95 : OperatingSystem.IsMacOS() ? 102 : 45;
    public static readonly int EINPROGRESS = IsLinux ? 115 : 36;
    public static readonly int EADDRINUSE = IsLinux ? 98 : 48;
    public static readonly int EADDRNOTAVAIL = IsLinux ? 99 : 49;
    public static readonly int ENETUNREACH = IsLinux ? 101 : 51;
    public static readonly int ECONNABORTED = IsLinux ? 103 : 53;
    public static readonly int ECONNRESET = IsLinux ? 104 : 54;
    public static readonly int ENOBUFS = IsLinux ? 105 : 55;
    public static readonly int ETIMEDOUT = IsLinux ? 110 : 60;
    public static readonly int ECONNREFUSED = IsLinux ? 111 : 61;
    public static readonly int EHOSTUNREACH = IsLinux ? 113 : 65;

    /// <summary>The reason of the call that just failed on this thread. The runtime keeps errno over the return from native code.</summary>
    public static int Last => Marshal.GetLastSystemError();

    /// <summary>The error as the exception that .NET programs know, with what was attempted in the message.</summary>
    public static SocketException ToException(int error, string attempt)
        => new((int)ToSocketError(error), $"{attempt}: {Marshal.GetPInvokeErrorMessage(error)}");

    private static SocketError ToSocketError(int error)
    {
        if (error == EAGAIN) return SocketError.WouldBlock;
        if (error == EADDRINUSE) return SocketError.AddressAlreadyInUse;
        if (error == EADDRNOTAVAIL) return SocketError.AddressNotAvailable;
        if (error == ECONNREFUSED || error == ENOENT) return SocketError.ConnectionRefused;
        if (error == ECONNRESET || error == EPIPE) return SocketError.ConnectionReset;
        if (error == ECONNABORTED) return SocketError.ConnectionAborted;
        if (error == ETIMEDOUT) return SocketError.TimedOut;
        if (error == EHOSTUNREACH) return SocketError.HostUnreachable;
        if (error == ENETUNREACH) return SocketError.NetworkUnreachable;
        if (error == EACCES) return SocketError.AccessDenied;
        if (error is EMFILE or ENFILE) return SocketError.TooManyOpenSockets;
        if (error == ENOBUFS || error == ENOMEM) return SocketError.NoBufferSpaceAvailable;
        return SocketError.SocketError;
    }
}
