using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>Finds the file for a name beneath a root, with its precompressed siblings, and makes an entry of them. Any thread: on the loop it looks only at what is in memory.</summary>
internal sealed class FileLoader(StaticFilesOptions options)
{
    /// <summary>Larger files are not kept open.</summary>
    public const int MaxKeptOpenBytes = 1024 * 1024;

    private const int MaxReadAttempts = 3;

    private static readonly (ContentCoding Coding, byte[] Extension)[] Codings =
        [(ContentCoding.Brotli, ".br\0"u8.ToArray()), (ContentCoding.Zstandard, ".zst\0"u8.ToArray()), (ContentCoding.Gzip, ".gz\0"u8.ToArray())];

    private readonly MediaTypes _types = options.MediaTypes is null ? MediaTypes.Default : new MediaTypes(options.MediaTypes);
    private readonly byte[][] _indexFiles = [.. options.IndexFiles.Select(name => (byte[])[.. Encoding.UTF8.GetBytes(name), 0])];

    /// <summary>Loads what a name stands for.</summary>
    /// <param name="root">The root.</param>
    /// <param name="name">The name, without a NUL. Empty, or with a slash at its end, it is a directory's.</param>
    /// <param name="cachedOnly">Whether to give up with <see cref="OpenStatus.NotCached"/> rather than to wait for a disk.</param>
    /// <param name="entry">The entry, when one was opened.</param>
    public OpenStatus Load(FileRoot root, ReadOnlySpan<byte> name, bool cachedOnly, out FileEntry? entry)
    {
        var evidence = new List<(byte[] Name, FileFacts Facts)>();
        var isDirectory = name.IsEmpty || name[^1] == '/';
        if (isDirectory) return LoadIndex(root, name, name, cachedOnly, evidence, out entry);

        entry = null;
        byte[] fileName = [.. name, 0];
        var status = root.TryOpen(fileName, cachedOnly, out var handle, out var facts);
        if (status != OpenStatus.Opened) return status;
        if (facts.Kind == FileKind.Regular) return Load(root, name, fileName, handle!, facts, cachedOnly, evidence, out entry);
        handle!.Dispose();
        status = LoadIndex(root, name, [.. name, (byte)'/'], cachedOnly, evidence, out var index);
        index?.Close();
        return status == OpenStatus.Opened ? OpenStatus.NeedsSlash : status;
    }

    /// <summary>Opens the file of a representation that is not kept open. What is not the same file any more is not found.</summary>
    public static OpenStatus Reopen(FileRoot root, FileEntry entry, FileRepresentation representation, bool cachedOnly, out SafeFileHandle? handle)
    {
        var status = root.TryOpen(NameOf(entry.FileName, representation.Coding), cachedOnly, out handle, out var facts);
        if (status != OpenStatus.Opened || facts == representation.Facts) return status;
        handle!.Dispose();
        handle = null;
        return OpenStatus.NotFound;
    }

    private static byte[] NameOf(byte[] fileName, ContentCoding coding)
    {
        foreach (var (known, extension) in Codings)
        {
            if (known == coding) return [.. fileName.AsSpan(..^1), .. extension];
        }

        return fileName;
    }

    private OpenStatus LoadIndex(FileRoot root, ReadOnlySpan<byte> name, ReadOnlySpan<byte> directory, bool cachedOnly, List<(byte[] Name, FileFacts Facts)> evidence, out FileEntry? entry)
    {
        entry = null;
        var status = OpenStatus.NotFound;
        foreach (var index in _indexFiles)
        {
            byte[] fileName = [.. directory, .. index];
            status = TryOpen(root, fileName, cachedOnly, out var handle, out var facts);
            if (status == OpenStatus.Opened)
            {
                if (facts.Kind == FileKind.Regular) return Load(root, name, fileName, handle!, facts, cachedOnly, evidence, out entry);
                handle!.Dispose();
                status = OpenStatus.NotFound;
            }

            if (status != OpenStatus.NotFound) return status;
            evidence.Add((fileName, facts));
        }

        return status;
    }

    private OpenStatus Load(FileRoot root, ReadOnlySpan<byte> name, byte[] fileName, SafeFileHandle handle, FileFacts facts, bool cachedOnly, List<(byte[] Name, FileFacts Facts)> evidence, out FileEntry? entry)
    {
        entry = null;
        var opened = new List<(ContentCoding Coding, SafeFileHandle Handle, FileFacts Facts)> { (ContentCoding.Identity, handle, facts) };
        try
        {
            return Load(root, name, fileName, opened, cachedOnly, evidence, out entry);
        }
        catch
        {
            // The program's function has failed, or what it gave is no value of a header.
            foreach (var file in opened) file.Handle.Dispose();
            throw;
        }
    }

    private OpenStatus Load(FileRoot root, ReadOnlySpan<byte> name, byte[] fileName, List<(ContentCoding Coding, SafeFileHandle Handle, FileFacts Facts)> opened, bool cachedOnly, List<(byte[] Name, FileFacts Facts)> evidence, out FileEntry? entry)
    {
        entry = null;
        var facts = opened[0].Facts;
        evidence.Add((fileName, facts));
        var status = OpenStatus.Opened;
        if (options.SendsPrecompressed) status = OpenSiblings(root, fileName, facts, cachedOnly, evidence, opened);

        var path = Encoding.UTF8.GetString(fileName.AsSpan(..^1));
        var type = _types.Of(path);
        var cacheControl = options.CacheControlFor is { } choose ? choose(path) : options.CacheControl;
        var representations = new List<FileRepresentation>();
        foreach (var file in opened)
        {
            if (status == OpenStatus.Opened) status = Make(file.Handle, file.Facts, type, file.Coding, cacheControl, opened.Count > 1, cachedOnly, representations);
            else file.Handle.Dispose();
        }

        if (status != OpenStatus.Opened)
        {
            foreach (var representation in representations) representation.Handle?.Dispose();
            return status;
        }

        var now = DateTimeOffset.UtcNow;
        entry = new FileEntry
        {
            Name = name.ToArray(),
            FileName = fileName,
            Identity = representations[0],
            Encoded = [.. representations.Skip(1)],
            Evidence = [.. evidence],
            IsYoung = representations.Any(representation => representation.Facts.IsYoung(now)),
            Cost = representations.Sum(representation => representation.Cost) + evidence.Sum(item => item.Name.Length + 128),
            OpenFiles = representations.Count(representation => representation.Handle is not null),
        };
        // It will not be kept, so nobody would close what it holds.
        if (entry.Cost > options.MaxCacheBytes) entry.Close();
        return OpenStatus.Opened;
    }

    private static OpenStatus OpenSiblings(FileRoot root, byte[] fileName, FileFacts original, bool cachedOnly, List<(byte[] Name, FileFacts Facts)> evidence, List<(ContentCoding Coding, SafeFileHandle Handle, FileFacts Facts)> opened)
    {
        foreach (var (coding, extension) in Codings)
        {
            byte[] siblingName = [.. fileName.AsSpan(..^1), .. extension];
            if (siblingName.Length > FileRoot.MaxPathBytes) break;
            var status = TryOpen(root, siblingName, cachedOnly, out var handle, out var facts);
            evidence.Add((siblingName, facts));
            if (status == OpenStatus.NotCached) return status;

            // Without a descriptor for it too, the original will do; the next look finds that this one is there.
            if (status != OpenStatus.Opened) continue;

            // One that is older was made of an earlier content.
            if (facts.Kind == FileKind.Regular && facts.Modified >= original.Modified) opened.Add((coding, handle!, facts));
            else handle!.Dispose();
        }

        return OpenStatus.Opened;
    }

    /// <summary>Opens a name that need not be there. Where there is something that is not to be served, its facts are given all the same: while it is that, the outcome is the same.</summary>
    private static OpenStatus TryOpen(FileRoot root, byte[] name, bool cachedOnly, out SafeFileHandle? handle, out FileFacts facts)
    {
        var status = root.TryOpen(name, cachedOnly, out handle, out facts);
        if (status is not (OpenStatus.NotFound or OpenStatus.Denied)) return status;
        var refused = root.Stat(name);
        if (refused.Kind == FileKind.None) return status;

        // Looked at before it is refused, so that what comes into its place meanwhile is noticed at the next look.
        status = root.TryOpen(name, cachedOnly, out handle, out facts);
        if (status is OpenStatus.NotFound or OpenStatus.Denied) facts = refused;
        return status;
    }

    /// <summary>Makes a representation of an open file: with its content, its descriptor, or neither. The handle is kept or closed in any case.</summary>
    private OpenStatus Make(SafeFileHandle handle, FileFacts facts, string type, ContentCoding coding, string? cacheControl, bool varies, bool cachedOnly, List<FileRepresentation> made)
    {
        var keepsOpen = facts.Length <= MaxKeptOpenBytes && options.MaxOpenFiles > 0 && options.MaxCacheBytes > 0;
        byte[]? content = null;
        if (facts.Length <= options.MaxCachedFileBytes)
        {
            var status = Read(handle, ref facts, cachedOnly, out content);
            if (status != OpenStatus.Opened)
            {
                handle.Dispose();
                return status;
            }

            keepsOpen &= content is null;
        }

        if (!keepsOpen) handle.Dispose();
        made.Add(new FileRepresentation(facts, type, coding, cacheControl, varies) { Content = content, Handle = keepsOpen ? handle : null });
        return OpenStatus.Opened;
    }

    /// <summary>Reads a file into memory; null when it changes all the time, so that there is no content that was ever the file's.</summary>
    private OpenStatus Read(SafeFileHandle handle, ref FileFacts facts, bool cachedOnly, out byte[]? content)
    {
        var descriptor = (int)handle.DangerousGetHandle();
        content = null;
        for (var attempt = 0; attempt < MaxReadAttempts && facts.Length <= options.MaxCachedFileBytes; attempt++)
        {
            var buffer = GC.AllocateUninitializedArray<byte>((int)facts.Length);
            var filled = 0;
            while (filled < buffer.Length)
            {
                var read = FileSystem.Read(descriptor, buffer.AsSpan(filled), filled, cachedOnly);
                if (read == 0) break;
                if (read > 0)
                {
                    filled += read;
                    continue;
                }

                var error = FileSystem.LastError;
                if (cachedOnly && error is FileRoot.Errors.TryAgain or FileRoot.Errors.NotSupported) return OpenStatus.NotCached;
                if (error != FileRoot.Errors.Interrupted) return OpenStatus.Denied;
            }

            if (!FileSystem.TryStat(descriptor, out var after)) return OpenStatus.NotFound;
            if (filled == buffer.Length && after == facts)
            {
                content = buffer;
                return OpenStatus.Opened;
            }

            facts = after;
        }

        return OpenStatus.Opened;
    }
}
