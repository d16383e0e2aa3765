using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>epoll(7) and eventfd(2).</summary>
internal static unsafe partial class Epoll
{
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;
    internal const uint EPOLLIN = 0x001;
    internal const uint EPOLLPRI = 0x002;
    internal const uint EPOLLOUT = 0x004;
    internal const uint EPOLLERR = 0x008;
    internal const uint EPOLLHUP = 0x010;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLONESHOT = 1u << 30;
    internal const uint EPOLLET = 1u << 31;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;

    /// <summary>Where <c>data</c> is in <c>struct epoll_event</c>: packed on x86-64 (and 4-aligned on x86), naturally aligned elsewhere.</summary>
    internal static readonly int DataOffset = DataOffsetOn(RuntimeInformation.ProcessArchitecture);

    /// <summary>The size of <c>struct epoll_event</c>: 12 bytes on x86, 16 elsewhere.</summary>
    internal static readonly int EventSize = DataOffset + sizeof(ulong);

    internal static int DataOffsetOn(Architecture architecture) => architecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        // time_t and long are both as wide as a pointer on each 64-bit system; pwait2 is used on those only.
        internal long tv_sec;
        internal long tv_nsec;
    }

    [LibraryImport("libc")]
    internal static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    internal static partial int epoll_ctl(int epfd, int op, int fd, byte* @event);

    [LibraryImport("libc")]
    internal static partial int epoll_wait(int epfd, byte* events, int maxevents, int timeout);

    [LibraryImport("libc")]
    internal static partial int epoll_pwait2(int epfd, byte* events, int maxevents, Timespec* timeout, void* sigmask);

    [LibraryImport("libc")]
    internal static partial int eventfd(uint initval, int flags);

    internal static void WriteEvent(byte* at, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(at, events);
        Unsafe.WriteUnaligned(at + DataOffset, data);
    }
}
