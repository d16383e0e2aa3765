using System.Runtime.CompilerServices;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>What one event loop knows of the files beneath one root: bounded in bytes and descriptors, those not asked for longest leave first. Loop thread only, so there is no lock.</summary>
internal sealed class FileCache(StaticFiles owner, EventLoop loop)
{
    // Neither keeps the files of a root that nobody serves any more: it is collected, and its descriptors with it.
    [ThreadStatic]
    private static WeakReference<FileCache>? _last;

    [ThreadStatic]
    private static ConditionalWeakTable<StaticFiles, FileCache>? _all;

    private readonly long _checkInterval = (long)(owner.Options.CheckInterval.TotalSeconds * System.Diagnostics.Stopwatch.Frequency);
    private readonly Dictionary<byte[], FileEntry> _entries = new(NameComparer.Instance);
    private FileEntry? _newest;
    private FileEntry? _oldest;
    private long _cost;
    private int _openFiles;
    private long _rootCheckedAt;

    /// <summary>The root as it is now; null when there is no such directory.</summary>
    public FileRoot? Root { get; private set; } = FileRoot.TryOpen(owner.Root, owner.Options.SymbolicLinks);

    /// <summary>For the name of one request, until something else runs.</summary>
    public byte[] NameBuffer { get; } = new byte[FileRoot.MaxPathBytes];

    /// <summary>Entries, bytes and open files, for tests.</summary>
    public (int Entries, long Cost, int OpenFiles) Size => (_entries.Count, _cost, _openFiles);

    /// <summary>The cache of this loop for some files.</summary>
    public static FileCache Of(StaticFiles owner, EventLoop loop)
    {
        if (_last is not null && _last.TryGetTarget(out var last) && last.IsFor(owner)) return last;
        _all ??= [];
        if (!_all.TryGetValue(owner, out var cache)) _all.Add(owner, cache = new FileCache(owner, loop));
        if (_last is null) _last = new WeakReference<FileCache>(cache);
        else _last.SetTarget(cache);
        return cache;
    }

    /// <summary>What is known of a name and is no older than the interval, or was seen to be true just now.</summary>
    public FileEntry? Find(ReadOnlySpan<byte> name)
    {
        if (!_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var entry)) return null;
        if (loop.Now - entry.CheckedAt >= _checkInterval && !Recheck(entry)) return null;
        if (entry != _newest)
        {
            Unlink(entry);
            Link(entry);
        }

        return entry;
    }

    /// <summary>Sees to it that the root is still the directory of its name.</summary>
    public void CheckRoot()
    {
        if (Root is not null && loop.Now - _rootCheckedAt < _checkInterval) return;
        _rootCheckedAt = loop.Now;
        if (Root is not null && Root.IsCurrent()) return;
        Clear();

        // The old one may be in use on other threads; it is closed when it is no more.
        Root = FileRoot.TryOpen(owner.Root, owner.Options.SymbolicLinks);
    }

    public void Add(FileEntry entry)
    {
        if (entry.Cost > owner.Options.MaxCacheBytes) return;
        if (_entries.TryGetValue(entry.Name, out var old)) Remove(old);
        entry.CheckedAt = loop.Now;
        _entries.Add(entry.Name, entry);
        _cost += entry.Cost;
        _openFiles += entry.OpenFiles;
        Link(entry);
        while (_oldest is not null && _oldest != entry && (_cost > owner.Options.MaxCacheBytes || _openFiles > owner.Options.MaxOpenFiles)) Remove(_oldest);
    }

    public void Remove(FileEntry entry)
    {
        if (!_entries.TryGetValue(entry.Name, out var known) || known != entry) return;
        _entries.Remove(entry.Name);
        _cost -= entry.Cost;
        _openFiles -= entry.OpenFiles;
        Unlink(entry);
        entry.Close();
    }

    /// <summary>Forgets everything, so that its descriptors are free.</summary>
    public void Clear()
    {
        while (_oldest is not null) Remove(_oldest);
    }

    private bool IsFor(StaticFiles files) => ReferenceEquals(owner, files);

    private bool Recheck(FileEntry entry)
    {
        CheckRoot();
        if (Root is not null && _entries.ContainsKey(entry.Name) && entry.IsTrue(Root))
        {
            entry.CheckedAt = loop.Now;
            return true;
        }

        Remove(entry);
        return false;
    }

    private void Link(FileEntry entry)
    {
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is not null) _newest.Newer = entry;
        _newest = entry;
        _oldest ??= entry;
    }

    private void Unlink(FileEntry entry)
    {
        if (entry.Newer is null) _newest = entry.Older;
        else entry.Newer.Older = entry.Older;
        if (entry.Older is null) _oldest = entry.Newer;
        else entry.Older.Newer = entry.Newer;
    }
}
