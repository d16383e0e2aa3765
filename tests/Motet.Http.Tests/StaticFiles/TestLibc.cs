using System.Runtime.InteropServices;

namespace Motet.Http.Tests;

/// <summary>What tests do to the file system and to this process, and the framework cannot.</summary>
internal static partial class TestLibc
{
    private const int OpenFilesResource = 7;

    public static void MakePipe(string path) => Assert.Equal(0, mkfifo(path, 0x1A4));

    /// <summary>Puts one name in the place of another at once, also where they are links to directories.</summary>
    public static void Rename(string from, string to) => Assert.Equal(0, rename(from, to));

    /// <summary>Has the kernel forget the content of a file, so that the next read is one of the disk.</summary>
    public static void DropFromMemory(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, posix_fadvise((int)file.DangerousGetHandle(), 0, 0, 4));
    }

    /// <summary>Counts how often a file is opened, from here on.</summary>
    public static Openings WatchOpenings(string path) => new(path);

    /// <summary>Has no descriptor left but those that are open, until disposed.</summary>
    public static unsafe IDisposable NoMoreDescriptors()
    {
        var limits = stackalloc ulong[2];
        Assert.Equal(0, getrlimit(OpenFilesResource, limits));
        var before = limits[0];

        // What is free beneath the limit is filled, because a new descriptor is the lowest that is free.
        limits[0] = 400;
        var fillers = new List<Microsoft.Win32.SafeHandles.SafeFileHandle>();
        Assert.Equal(0, setrlimit(OpenFilesResource, limits));
        for (int descriptor; (descriptor = open("/dev/null", 0, 0)) >= 0;) fillers.Add(new(descriptor, ownsHandle: true));
        return new Restorer(before, fillers);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc")]
    private static partial int posix_fadvise(int descriptor, long offset, long length, int advice);

    [LibraryImport("libc")]
    private static unsafe partial int getrlimit(int resource, ulong* limits);

    [LibraryImport("libc")]
    private static unsafe partial int setrlimit(int resource, ulong* limits);

    [LibraryImport("libc")]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int descriptor, string path, uint mask);

    [LibraryImport("libc")]
    private static unsafe partial nint read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    internal sealed class Openings : IDisposable
    {
        private const int NonBlocking = 0x800;
        private const uint OnOpen = 0x20;
        private const int EventLength = 16;

        private readonly int _descriptor = inotify_init1(NonBlocking);

        public Openings(string path) => Assert.True(inotify_add_watch(_descriptor, path, OnOpen) >= 0);

        /// <summary>Those since the last call; the kernel makes one of several that are the same.</summary>
        public unsafe int Count()
        {
            var buffer = stackalloc byte[EventLength * 64];
            return (int)Math.Max(0, read(_descriptor, buffer, EventLength * 64)) / EventLength;
        }

        public void Dispose() => close(_descriptor);
    }

    private sealed class Restorer(ulong limit, List<Microsoft.Win32.SafeHandles.SafeFileHandle> fillers) : IDisposable
    {
        public unsafe void Dispose()
        {
            var limits = stackalloc ulong[2];
            getrlimit(OpenFilesResource, limits);
            limits[0] = limit;
            setrlimit(OpenFilesResource, limits);
            foreach (var filler in fillers) filler.Dispose();
        }
    }
}
