using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>poll(2).</summary>
internal static unsafe partial class PosixPoll
{
    internal const short POLLIN = 0x001;
    internal const short POLLPRI = 0x002;
    internal const short POLLOUT = 0x004;
    internal const short POLLERR = 0x008;
    internal const short POLLHUP = 0x010;
    internal const short POLLNVAL = 0x020;

    /// <summary>POLLRDHUP of Linux; other systems have none.</summary>
    internal static readonly short POLLRDHUP = OperatingSystem.IsLinux() ? (short)0x2000 : (short)0;

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    // nfds_t is unsigned long on Linux and unsigned int on macOS and the BSDs; both take it in a register.
    [LibraryImport("libc")]
    internal static partial int poll(PollDescriptor* fds, nuint nfds, int timeout);
}
