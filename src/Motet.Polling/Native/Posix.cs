using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>Calls that are the same on each POSIX system.</summary>
internal static unsafe partial class Posix
{
    [LibraryImport("libc")]
    internal static partial int close(int fd);

    [LibraryImport("libc")]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport("libc")]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int pipe(int* descriptors);

    [LibraryImport("libc")]
    private static partial int pipe2(int* descriptors, int flags);

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, nint argument);

    // Apple's arm64 passes variadic arguments on the stack, where a ninth argument goes.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int fcntl_apple_arm64(int fd, int command, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, nint argument);

    [LibraryImport("libc")]
    private static partial int statx(int directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc")]
    private static partial long lseek(int fd, long offset, int whence);

    [LibraryImport("libc")]
    private static partial int isatty(int fd);

    /// <summary>A pipe that child processes do not inherit. Returns 0 or the error number.</summary>
    internal static int MakePipe(out int readEnd, out int writeEnd)
    {
        const int F_SETFD = 2;
        const int FD_CLOEXEC = 1;
        var ends = stackalloc int[2];
        readEnd = writeEnd = -1;

        // macOS has no pipe2; each system has another number for O_CLOEXEC.
        if (OperatingSystem.IsLinux())
        {
            const int O_CLOEXEC = 0x80000;
            if (pipe2(ends, O_CLOEXEC) < 0)
                return Marshal.GetLastSystemError();
        }
        else
        {
            if (pipe(ends) < 0)
                return Marshal.GetLastSystemError();
            for (var i = 0; i < 2; i++)
            {
                _ = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                    ? fcntl_apple_arm64(ends[i], F_SETFD, 0, 0, 0, 0, 0, 0, FD_CLOEXEC)
                    : fcntl(ends[i], F_SETFD, FD_CLOEXEC);
            }
        }

        (readEnd, writeEnd) = (ends[0], ends[1]);
        return 0;
    }

    /// <summary>
    /// What epoll says by itself, for engines that would take files and report them as always ready: 0, EPERM for files and directories, EBADF, or another
    /// error number.
    /// </summary>
    internal static int CheckPollable(int fd)
    {
        if (OperatingSystem.IsLinux())
        {
            // statx(2) has one layout on all architectures: stx_mode at 28.
            const int AT_EMPTY_PATH = 0x1000;
            const uint STATX_TYPE = 1;
            var buffer = stackalloc byte[256];
            byte empty = 0;
            if (statx(fd, &empty, AT_EMPTY_PATH, STATX_TYPE, buffer) < 0)
                return Marshal.GetLastSystemError();
            const int S_IFMT = 0xF000, S_IFREG = 0x8000, S_IFDIR = 0x4000, S_IFBLK = 0x6000;
            return (*(ushort*)(buffer + 28) & S_IFMT) is S_IFREG or S_IFDIR or S_IFBLK ? Errno.EPERM : 0;
        }

        // Elsewhere struct stat differs from system to system. What can be positioned is a file, if it is not a terminal; sockets and pipes say ESPIPE.
        const int SEEK_CUR = 1;
        if (lseek(fd, 0, SEEK_CUR) >= 0)
            return isatty(fd) == 1 ? 0 : Errno.EPERM;
        return Marshal.GetLastSystemError() == Errno.EBADF ? Errno.EBADF : 0;
    }
}
