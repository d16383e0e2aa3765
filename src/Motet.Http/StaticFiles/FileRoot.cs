using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>
/// A directory, as it was when this was made, and the way to the files beneath it. The kernel itself keeps every look-up inside (<c>openat2(2)</c>, <c>RESOLVE_BENEATH</c>), so there is no moment between a check and an
/// opening. Any thread; its descriptor is closed when nobody refers to it any more.
/// </summary>
internal sealed class FileRoot
{
    // openat(2) takes no longer path.
    public const int MaxPathBytes = 4096;

    private const int ReopenAttempts = 8;

    // Once a system has forbidden the call (a container's filter, an old kernel) it always will.
    private static volatile bool _hasOpenAt2 = true;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _path;
    private readonly byte[] _realPath;
    private readonly SymbolicLinks _links;
    private readonly FileFacts _facts;

    private FileRoot(SafeFileHandle handle, byte[] path, byte[] realPath, SymbolicLinks links, FileFacts facts)
    {
        _handle = handle;
        _path = path;
        _realPath = realPath;
        _links = links;
        _facts = facts;
    }

    private int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Has files opened without <c>openat2</c>, as where it is forbidden. For tests.</summary>
    public static bool HasOpenAt2
    {
        get => _hasOpenAt2;
        set => _hasOpenAt2 = value;
    }

    /// <summary>Opens the directory; null when it is none, or is not there.</summary>
    public static FileRoot? TryOpen(string path, SymbolicLinks links)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(path), 0];
        var descriptor = FileSystem.Open(bytes, FileSystem.DirectoryFlags);
        if (descriptor < 0) return null;
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var real = FileSystem.PathOf(descriptor, new byte[MaxPathBytes]).ToArray();
        if (FileSystem.TryStat(descriptor, out var facts)) return new FileRoot(handle, bytes, real, links, facts);
        handle.Dispose();
        return null;
    }

    /// <summary>Whether the path still names the same directory, and that is still where it was. It does not after a deployment that moves a link, or a directory, into its place.</summary>
    public bool IsCurrent()
    {
        if (!FileSystem.TryStatAt(FileSystem.CurrentDirectory, _path, out var facts) || facts.Inode != _facts.Inode || facts.Device != _facts.Device) return false;

        // The same directory under another name: what is beneath it is known by that name now.
        var isThere = FileSystem.PathOf(Descriptor, stackalloc byte[MaxPathBytes]).SequenceEqual(_realPath);
        GC.KeepAlive(this);
        return isThere;
    }

    /// <summary>The facts of what is there under a name; those of nothing when nothing is. The path ends with a NUL.</summary>
    public FileFacts Stat(ReadOnlySpan<byte> path)
    {
        _ = FileSystem.TryStatAt(Descriptor, path, out var facts);
        GC.KeepAlive(this);
        return facts;
    }

    /// <summary>Opens what is there under a name: a regular file or a directory. The path is relative, has no <c>..</c>, and ends with a NUL.</summary>
    public OpenStatus TryOpen(ReadOnlySpan<byte> path, bool cachedOnly, out SafeFileHandle? handle, out FileFacts facts)
    {
        handle = null;
        facts = default;
        var status = OpenDescriptor(path, cachedOnly, out var descriptor);
        GC.KeepAlive(this);
        if (status != OpenStatus.Opened) return status;
        if (!FileSystem.TryStat(descriptor, out facts) || facts.Kind is not (FileKind.Regular or FileKind.Directory))
        {
            FileSystem.Close(descriptor);
            facts = default;
            return OpenStatus.NotFound;
        }

        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return OpenStatus.Opened;
    }

    /// <summary>What an error of <c>open</c> means.</summary>
    public static OpenStatus ToStatus(int error, bool cachedOnly) => error switch
    {
        Errors.AccessDenied or Errors.NotPermitted => OpenStatus.Denied,
        Errors.TooManyOpenFiles or Errors.TooManyOpenFilesInSystem or Errors.OutOfMemory => OpenStatus.Exhausted,
        Errors.TryAgain when cachedOnly => OpenStatus.NotCached,
        _ => OpenStatus.NotFound,
    };

    private OpenStatus OpenDescriptor(ReadOnlySpan<byte> path, bool cachedOnly, out int descriptor)
    {
        for (var attempt = 0; _hasOpenAt2; attempt++)
        {
            var resolve = Resolve | (cachedOnly ? FileSystem.ResolveCached : 0);
            descriptor = -1;
            if (FileSystem.TryKindAt(Descriptor, path, resolve, out var kind))
            {
                if (kind is not (FileKind.Regular or FileKind.Directory)) return OpenStatus.NotFound;
                descriptor = FileSystem.OpenAt(Descriptor, path, FileSystem.ReadFlags, resolve);
                if (descriptor >= 0) return OpenStatus.Opened;
            }

            var error = FileSystem.LastError;

            // openat2(2): a directory was renamed somewhere during the look-up, so that the kernel cannot vouch for it.
            if (error == Errors.TryAgain && !cachedOnly && attempt < ReopenAttempts) continue;
            if (error == Errors.NotImplemented || (error == Errors.NotPermitted && attempt == 0 && !CanOpenItself())) _hasOpenAt2 = false;
            else if (error != Errors.CrossesBoundary || _links != SymbolicLinks.FollowInsideRoot) return ToStatus(error, cachedOnly);
            else break;
        }

        // Also for a link that is absolute: it leaves the root as the kernel sees it, and may yet lead back into it.
        return OpenAndVerify(path, cachedOnly, out descriptor);
    }

    private ulong Resolve => FileSystem.ResolveNoMagicLinks | _links switch
    {
        SymbolicLinks.Refuse => FileSystem.ResolveBeneath | FileSystem.ResolveNoSymlinks,
        SymbolicLinks.FollowInsideRoot => FileSystem.ResolveBeneath,
        _ => 0,
    };

    private bool CanOpenItself()
    {
        var descriptor = FileSystem.OpenAt(Descriptor, ".\0"u8, FileSystem.DirectoryFlags, 0);
        if (descriptor < 0) return FileSystem.LastError != Errors.NotPermitted;
        FileSystem.Close(descriptor);
        return true;
    }

    /// <summary>Looks a file up without touching it, asks where it really is, and only then opens that very file.</summary>
    private OpenStatus OpenAndVerify(ReadOnlySpan<byte> path, bool cachedOnly, out int descriptor)
    {
        descriptor = -1;

        // There is no way to ask for what is in memory only.
        if (cachedOnly) return OpenStatus.NotCached;

        // Nobody can tell what is beneath a root that is nowhere.
        if (_realPath.Length == 0) return OpenStatus.NotFound;
        Span<byte> full = new byte[MaxPathBytes * 2];
        _realPath.CopyTo(full);
        full[_realPath.Length] = (byte)'/';
        path.CopyTo(full[(_realPath.Length + 1)..]);
        var length = _realPath.Length + path.Length;
        var found = FileSystem.Open(full[..(length + 1)], FileSystem.OpenForPath | FileSystem.CloseOnExec);
        if (found < 0) return ToStatus(FileSystem.LastError, cachedOnly: false);
        try
        {
            var real = FileSystem.PathOf(found, new byte[MaxPathBytes * 2]);
            if (!IsAllowed(real, full[..length]) || !FileSystem.TryStat(found, out var facts) || facts.Kind is not (FileKind.Regular or FileKind.Directory)) return OpenStatus.NotFound;
            descriptor = FileSystem.Open(Encoding.ASCII.GetBytes($"/proc/self/fd/{found}\0"), FileSystem.ReadFlags);
            return descriptor >= 0 ? OpenStatus.Opened : ToStatus(FileSystem.LastError, cachedOnly: false);
        }
        finally
        {
            FileSystem.Close(found);
        }
    }

    private bool IsAllowed(ReadOnlySpan<byte> real, ReadOnlySpan<byte> asked) => _links switch
    {
        SymbolicLinks.Refuse => real.SequenceEqual(asked.TrimEnd((byte)'/')),
        SymbolicLinks.FollowInsideRoot => _realPath is [(byte)'/'] || real.SequenceEqual(_realPath)
            || (real.Length > _realPath.Length && real.StartsWith(_realPath) && real[_realPath.Length] == '/'),
        _ => true,
    };

    /// <summary>Error numbers of Linux.</summary>
    internal static class Errors
    {
        public const int NotPermitted = 1;
        public const int Interrupted = 4;
        public const int TryAgain = 11;
        public const int OutOfMemory = 12;
        public const int AccessDenied = 13;
        public const int CrossesBoundary = 18;
        public const int TooManyOpenFilesInSystem = 23;
        public const int TooManyOpenFiles = 24;
        public const int NotImplemented = 38;
        public const int NotSupported = 95;
    }
}
