using System.Runtime.InteropServices;

namespace Motet.Polling.Native;

/// <summary>Calls that are the same on each POSIX system.</summary>
internal static unsafe partial class Posix
{
    [LibraryImport("libc")]
    internal static partial int close(int fd);

    [LibraryImport("libc")]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport("libc")]
    internal static partial nint write(int fd, void* buffer, nuint count);
}
