using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>
/// kqueue(2) and kevent(2) of the C library on macOS and the BSDs, or of the library that <c>MOTET_KQUEUE_LIBRARY</c> names (libkqueue on Linux). What differs from
/// system to system is here: layout, filter numbers, names of the functions.
/// </summary>
internal sealed unsafe class Kqueue
{
    /// <summary>The variable that names the library to take the functions from.</summary>
    internal const string LibraryVariable = "MOTET_KQUEUE_LIBRARY";

    // .NET has no name for it: this is what uname(3) says.
    private static readonly bool IsNetBsd = RuntimeInformation.OSDescription.StartsWith("NetBSD", StringComparison.Ordinal);

    private readonly delegate* unmanaged<int> _kqueue;
    private readonly delegate* unmanaged<int, byte*, nint, byte*, nint, Epoll.Timespec*, int> _kevent;
    private readonly delegate* unmanaged<int, void> _free;

    private Kqueue(nint create, nint kevent, nint free, KeventLayout layout)
    {
        _kqueue = (delegate* unmanaged<int>)create;
        _kevent = (delegate* unmanaged<int, byte*, nint, byte*, nint, Epoll.Timespec*, int>)kevent;
        _free = (delegate* unmanaged<int, void>)free;
        Layout = layout;
        (ReadFilter, WriteFilter) = IsNetBsd ? (0, 1) : (-1, -2);
    }

    internal KeventLayout Layout { get; }

    internal int ReadFilter { get; }

    internal int WriteFilter { get; }

    /// <summary>EVFILT_USER, where there is one (OpenBSD and old NetBSDs refuse it).</summary>
    internal int UserFilter { get; } =
        OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsMacCatalyst() ? -10
        : IsNetBsd ? 8
        : -11;

    /// <summary>Finds the functions; null where there are none.</summary>
    internal static Kqueue? Find()
    {
        var named = Environment.GetEnvironmentVariable(LibraryVariable);
        nint library;
        if (!string.IsNullOrEmpty(named))
        {
            if (!NativeLibrary.TryLoad(named, out library))
                return null;
        }
        else if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || !NativeLibrary.TryLoad("libc", out library))
        {
            return null;
        }

        // The C names of NetBSD stay with the old layouts; its headers rename the calls.
        var (name, layout) = ("kevent", KeventLayout.Short);
        if (OperatingSystem.IsFreeBSD())
            layout = KeventLayout.FreeBsd;
        else if (IsNetBsd)
            (name, layout) = NativeLibrary.TryGetExport(library, "__kevent100", out _) ? ("__kevent100", KeventLayout.NetBsd10) : ("__kevent50", KeventLayout.NetBsd9);

        // libkqueue's queues are more than a descriptor; it has a function of its own to free them.
        if (!NativeLibrary.TryGetExport(library, "kqueue_free", out var free))
            free = 0;
        return NativeLibrary.TryGetExport(library, "kqueue", out var create) && NativeLibrary.TryGetExport(library, name, out var kevent)
            ? new Kqueue(create, kevent, free, layout)
            : null;
    }

    internal int Create() => _kqueue();

    internal void Free(int queue)
    {
        if (_free != null)
            _free(queue);
        else
            _ = Posix.close(queue);
    }

    /// <summary>kevent(2): the number of events, or -1 with the error in errno.</summary>
    internal int Call(int queue, byte* changes, int changeCount, byte* events, int eventCount, Epoll.Timespec* timeout) =>
        _kevent(queue, changes, changeCount, events, eventCount, timeout);
}
