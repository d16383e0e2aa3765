using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Motet.Runtime;

/// <summary>Signals to other processes: kill(2), and on Linux pidfd_open(2), which names a process in a way that no later process can inherit.</summary>
internal static unsafe partial class ProcessSignals
{
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;

    /// <summary>19 on Linux, the only system where it is used.</summary>
    internal const int LinuxSIGSTOP = 19;

    // Calls newer than Linux 5.0 have the same number on each architecture.
    private const nint SYS_pidfd_send_signal = 424;
    private const nint SYS_pidfd_open = 434;

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    // The musl C library has no wrappers for the two calls.
    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc")]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int timeout);

    /// <summary>Whether the signal was sent. It is not when there is no such process, or it belongs to somebody else.</summary>
    internal static bool Send(int pid, int signal) => kill(pid, signal) == 0;

    /// <summary>Whether the signal was sent.</summary>
    internal static bool Send(SafeFileHandle pidfd, int signal)
    {
        var held = false;
        try
        {
            pidfd.DangerousAddRef(ref held);
            return syscall(SYS_pidfd_send_signal, pidfd.DangerousGetHandle(), signal, 0, 0) == 0;
        }
        finally
        {
            if (held) pidfd.DangerousRelease();
        }
    }

    /// <summary>A descriptor for a process, or null where the system has none (not Linux, before 5.3, or forbidden in a container).</summary>
    internal static SafeFileHandle? Open(int pid)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var descriptor = syscall(SYS_pidfd_open, pid, 0, 0, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Whether the process has ended, even when nobody has taken notice of it yet.</summary>
    internal static bool HasEnded(SafeFileHandle pidfd)
    {
        const short POLLIN = 1;
        var held = false;
        try
        {
            pidfd.DangerousAddRef(ref held);
            var descriptor = new PollDescriptor { fd = (int)pidfd.DangerousGetHandle(), events = POLLIN };
            return poll(&descriptor, 1, 0) > 0;
        }
        finally
        {
            if (held) pidfd.DangerousRelease();
        }
    }

    private struct PollDescriptor
    {
        internal int fd;
        internal short events;
#pragma warning disable CS0649 // The kernel writes it.
        internal short revents;
#pragma warning restore CS0649
    }
}
