using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Motet.Net;

/// <summary>
/// What a socket can do, over a plain descriptor. A connection is owned by one loop and closed there, so there is no
/// <c>SafeHandle</c> on the way: its reference counting would cost two interlocked operations on each call.
/// </summary>
internal static unsafe class SocketHandle
{
    private static readonly bool IsLinux = OperatingSystem.IsLinux();
    private static readonly bool IsMacOS = OperatingSystem.IsMacOS();
    private static readonly bool HasVariadicsOnStack = IsMacOS && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private const int StreamType = 1;
    private const int LinuxNonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;
    private const int GetStatusFlags = 3;
    private const int SetStatusFlags = 4;
    private const int ReadWriteMode = 2;
    private const int ShutdownWriteDirection = 1;
    private const int TcpProtocol = 6;
    private const int TcpNoDelay = 1;
    private const int TcpKeepIdle = 4;
    private const int TcpKeepInterval = 5;
    private const int TcpDeferAccept = 9;
    private const int LinuxKeepAlive = 9;
    private const int Ipv6Protocol = 41;
    private const int MaxAddressLength = 128;
    private const int WillNeed = 3;

    private static readonly int NonBlocking = IsLinux ? 0x800 : 0x4;
    private static readonly int SocketLevel = IsLinux ? 1 : 0xffff;
    private static readonly int ReuseAddress = IsLinux ? 2 : 0x4;
    private static readonly int ReusePort = IsLinux ? 15 : 0x200;
    private static readonly int Linger = IsLinux ? 13 : 0x80;
    private static readonly int Error = IsLinux ? 4 : 0x1007;
    private static readonly int Ipv6Only = IsLinux ? 26 : 27;
    private const int MacUnsent = 0x1024;

    // tty_ioctl(4): SIOCOUTQ on Linux, FIONWRITE on the BSDs.
    private static readonly nuint OutputQueueRequest = IsLinux ? 0x5411u : 0x40046677u;
    private static readonly int OpenFilesResource = IsLinux ? 7 : 8;

    // A peer that went away is told by EPIPE; a signal would be a side effect on the whole process.
    // macOS has no such flag, but .NET ignores SIGPIPE in every process it runs.
    private static readonly int NoSignal = IsLinux ? 0x4000 : IsMacOS ? 0 : 0x20000;

    // Linux; elsewhere the file follows in a packet of its own, which costs little.
    private static readonly int MoreFollows = IsLinux ? 0x8000 : 0;

    /// <summary>The number of descriptors this process may have open.</summary>
    public static int DescriptorLimit()
    {
        var limits = stackalloc ulong[2];
        return Libc.getrlimit(OpenFilesResource, limits) == 0 ? (int)Math.Min(limits[0], int.MaxValue) : 1024;
    }

    /// <summary>A new non-blocking, close-on-exec stream socket for the family of the address.</summary>
    public static int Create(EndPoint endPoint)
    {
        var family = ReadFamily(endPoint.Serialize());
        if (IsLinux) return Libc.socket(family, StreamType | LinuxNonBlockingCloseOnExec, 0);
        var descriptor = Libc.socket(family, StreamType, 0);
        if (descriptor >= 0) MakeNonBlocking(descriptor);
        return descriptor;
    }

    public static int Bind(int descriptor, EndPoint endPoint)
    {
        var address = endPoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span) return Libc.bind(descriptor, bytes, (uint)address.Size);
    }

    public static int Connect(int descriptor, EndPoint endPoint)
    {
        var address = endPoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span) return Libc.connect(descriptor, bytes, (uint)address.Size);
    }

    /// <summary>Accepts one connection, non-blocking and close-on-exec, without asking for the peer's address: who needs it asks later.</summary>
    public static int Accept(int descriptor)
    {
        if (IsLinux) return Libc.accept4(descriptor, null, null, LinuxNonBlockingCloseOnExec);
        var accepted = Libc.accept(descriptor, null, null);
        if (accepted >= 0) MakeNonBlocking(accepted);
        return accepted;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Receive(int descriptor, byte* buffer, int length) => (int)Libc.recv(descriptor, buffer, (nuint)length, 0);

    /// <summary>Whether <see cref="SendFile"/> works here: on Linux, where an offset has 64 bits. Apple's call has the same name, other parameters, and a history of defects.</summary>
    public static bool HasSendFile { get; } = IsLinux && Environment.Is64BitProcess;

    /// <summary>As <see cref="Send(int, byte*, int)"/>; on Linux the kernel waits for what follows before it sends less than a packet.</summary>
    public static int SendBeforeMore(int descriptor, byte* buffer, int length) => (int)Libc.send(descriptor, buffer, (nuint)length, NoSignal | MoreFollows);

    /// <summary>Sends from a file, from <paramref name="offset"/> on. 0: the file ends there.</summary>
    public static int SendFile(int descriptor, int file, long offset, int count) => (int)Libc.sendfile(descriptor, file, &offset, (nuint)count);

    /// <summary>Reads from a file, from <paramref name="offset"/> on. 0: the file ends there.</summary>
    public static int ReadFile(int file, byte* buffer, int length, long offset) => (int)Libc.pread(file, buffer, (nuint)length, offset);

    /// <summary>Has the kernel begin to read a part of a file that will be sent, without waiting for it. Elsewhere than on Linux nothing happens.</summary>
    public static void ReadAhead(int file, long offset, long count)
    {
        if (IsLinux) _ = Libc.posix_fadvise(file, offset, count, WillNeed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Send(int descriptor, byte* buffer, int length) => (int)Libc.send(descriptor, buffer, (nuint)length, NoSignal);

    public static long Send(int descriptor, IoVector* vectors, int count, bool moreFollows = false)
    {
        MessageHeader message = default;
        message.Vectors = vectors;
        message.VectorCount = (nuint)count;
        return Libc.sendmsg(descriptor, &message, moreFollows ? NoSignal | MoreFollows : NoSignal);
    }

    public static void ShutdownWrite(int descriptor) => _ = Libc.shutdown(descriptor, ShutdownWriteDirection);

    public static void Close(int descriptor) => _ = Libc.close(descriptor);

    /// <summary>Closes so that the peer gets a reset, whatever is still queued in the kernel.</summary>
    public static void CloseWithReset(int descriptor)
    {
        var linger = stackalloc int[2] { 1, 0 };
        _ = Libc.setsockopt(descriptor, SocketLevel, Linger, linger, 8);
        _ = Libc.close(descriptor);
    }

    public static void SetReuseAddress(int descriptor) => SetOption(descriptor, SocketLevel, ReuseAddress, 1);

    public static bool SetReusePort(int descriptor) => SetOption(descriptor, SocketLevel, ReusePort, 1);

    public static void SetNoDelay(int descriptor) => SetOption(descriptor, TcpProtocol, TcpNoDelay, 1);

    /// <summary>Linux: clients are accepted when their first bytes are there, or after the time. Elsewhere nothing happens.</summary>
    public static void SetDeferAccept(int descriptor, TimeSpan time)
    {
        if (IsLinux) SetOption(descriptor, TcpProtocol, TcpDeferAccept, (int)Math.Ceiling(time.TotalSeconds));
    }

    /// <summary>Has the kernel probe an idle TCP peer. Where it has no such options, or no TCP, nothing happens.</summary>
    public static void SetKeepAlive(int descriptor, int seconds)
    {
        if (!IsLinux || !SetOption(descriptor, TcpProtocol, TcpKeepIdle, seconds)) return;
        SetOption(descriptor, TcpProtocol, TcpKeepInterval, seconds);
        SetOption(descriptor, SocketLevel, LinuxKeepAlive, 1);
    }

    public static void SetIpv6Only(int descriptor, bool only) => SetOption(descriptor, Ipv6Protocol, Ipv6Only, only ? 1 : 0);

    /// <summary>Takes the error that the kernel keeps for the socket: the outcome of a connect, the reason of a reset.</summary>
    public static int TakeError(int descriptor)
    {
        int error = 0;
        uint length = sizeof(int);
        return Libc.getsockopt(descriptor, SocketLevel, Error, &error, &length) == 0 ? error : Errno.Last;
    }

    /// <summary>Bytes that the kernel holds and the peer has not acknowledged; 0 when the system does not say.</summary>
    public static int CountUnacknowledged(int descriptor)
    {
        int count = 0;
        uint length = sizeof(int);
        var result = IsMacOS
            ? Libc.getsockopt(descriptor, SocketLevel, MacUnsent, &count, &length)
            : Libc.ioctl(descriptor, OutputQueueRequest, &count);
        return result == 0 ? count : 0;
    }

    public static EndPoint? LocalEndPoint(int descriptor) => ReadAddress(descriptor, peer: false);

    public static EndPoint? RemoteEndPoint(int descriptor) => ReadAddress(descriptor, peer: true);

    /// <summary>A descriptor kept in reserve, closed when there is no other left to accept and shed a client with.</summary>
    public static int OpenReserve()
    {
        var descriptor = Libc.open("/dev/null", ReadWriteMode, 0);
        if (descriptor >= 0) SetFlags(descriptor, SetDescriptorFlags, CloseOnExec);
        return descriptor;
    }

    /// <summary>Whether the path is a socket. open(2): a socket cannot be opened, and nothing else that exists fails for that reason.</summary>
    public static bool IsSocketFile(string path)
    {
        var descriptor = Libc.open(path, NonBlocking, 0);
        if (descriptor < 0) return Errno.Last == Errno.ENXIO || Errno.Last == Errno.EOPNOTSUPP;
        Close(descriptor);
        return false;
    }

    private static bool SetOption(int descriptor, int level, int name, int value)
        => Libc.setsockopt(descriptor, level, name, &value, sizeof(int)) == 0;

    private static void MakeNonBlocking(int descriptor)
    {
        SetFlags(descriptor, SetDescriptorFlags, CloseOnExec);
        SetFlags(descriptor, SetStatusFlags, Libc.fcntl(descriptor, GetStatusFlags, 0) | NonBlocking);
    }

    private static void SetFlags(int descriptor, int command, int flags)
        => _ = HasVariadicsOnStack ? Libc.fcntlOnStack(descriptor, command, 0, 0, 0, 0, 0, 0, flags) : Libc.fcntl(descriptor, command, flags);

    // sockaddr begins with a 16-bit family on Linux, with a length byte and an 8-bit family on the BSDs.
    private static int ReadFamily(SocketAddress address) => IsLinux ? address[0] | (address[1] << 8) : address[1];

    private static EndPoint? ReadAddress(int descriptor, bool peer)
    {
        var bytes = stackalloc byte[MaxAddressLength];
        uint length = MaxAddressLength;
        var result = peer ? Libc.getpeername(descriptor, bytes, &length) : Libc.getsockname(descriptor, bytes, &length);
        if (result != 0 || length < 2) return null;

        var probe = new SocketAddress(AddressFamily.InterNetwork, MaxAddressLength);
        new Span<byte>(bytes, (int)length).CopyTo(probe.Buffer.Span);
        probe.Size = (int)length;
        return probe.Family switch
        {
            AddressFamily.InterNetwork => new IPEndPoint(IPAddress.Any, 0).Create(probe),
            AddressFamily.InterNetworkV6 => new IPEndPoint(IPAddress.IPv6Any, 0).Create(probe),
            AddressFamily.Unix => length <= 2 ? null : new UnixDomainSocketEndPoint("/").Create(probe),
            _ => null,
        };
    }
}
