using System.Runtime.InteropServices;

namespace Motet.Polling.Tests;

/// <summary>Calls that tests need and .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    public const int SIGUSR2 = 12;

    [LibraryImport("libc")]
    public static partial int close(int fd);

    [LibraryImport("libc")]
    public static partial int dup(int fd);

    [LibraryImport("libc")]
    public static partial int dup2(int fd, int target);

    [LibraryImport("libc")]
    public static partial nint pthread_self();

    [LibraryImport("libc")]
    public static partial int pthread_kill(nint thread, int signal);

    [LibraryImport("libc")]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(int fd, byte* buffer, nuint count);

    /// <summary>A non-blocking pipe: its read end and its write end.</summary>
    public static (int Read, int Write) Pipe()
    {
        const int O_CLOEXEC = 0x80000, O_NONBLOCK = 0x800;
        var ends = stackalloc int[2];
        Assert.Equal(0, pipe2(ends, O_CLOEXEC | O_NONBLOCK));
        return (ends[0], ends[1]);
    }

    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* at = buffer)
            return (int)read(fd, at, (nuint)buffer.Length);
    }

    public static int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
            return (int)write(fd, at, (nuint)bytes.Length);
    }

    /// <summary>What sockets, pipes and the like the process has open, by number.</summary>
    public static HashSet<string> OpenDescriptors() =>
        Directory.GetFileSystemEntries("/proc/self/fd")
            .Select(path => (Name: Path.GetFileName(path), Target: new FileInfo(path).LinkTarget))

            // Without files: the runtime opens assemblies as they are needed, and the listing itself has one open.
            .Where(descriptor => descriptor.Target is not (null or "") && descriptor.Target[0] != '/')
            .Select(descriptor => $"{descriptor.Name} {descriptor.Target}").ToHashSet();
}
