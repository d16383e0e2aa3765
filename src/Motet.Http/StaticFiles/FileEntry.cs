namespace Motet.Http;

/// <summary>What the cache of a loop knows of one name: the representations of its file, and on what that knowledge rests.</summary>
internal sealed class FileEntry
{
    /// <summary>The name beneath the root, as requests have it (decoded), without a NUL.</summary>
    public required byte[] Name { get; init; }

    /// <summary>The name of the file that is served, with a NUL: another one when the request names a directory.</summary>
    public required byte[] FileName { get; init; }

    public required FileRepresentation Identity { get; init; }

    /// <summary>Those with a coding, the server's favourite first.</summary>
    public required FileRepresentation[] Encoded { get; init; }

    /// <summary>All names that were looked at, with a NUL, and what they stood for. While that is so, the entry is true.</summary>
    public required (byte[] Name, FileFacts Facts)[] Evidence { get; init; }

    /// <summary>A file of it was changed so recently that its time does not tell it from another change.</summary>
    public required bool IsYoung { get; init; }

    public required int Cost { get; init; }

    /// <summary>How many descriptors it keeps open.</summary>
    public required int OpenFiles { get; init; }

    /// <summary>When it was last seen to be true, on the loop's clock.</summary>
    public long CheckedAt { get; set; }

    /// <summary>Neighbours in the cache's order of use.</summary>
    public FileEntry? Newer { get; set; }
    public FileEntry? Older { get; set; }

    /// <summary>The representation for a request (RFC 9110 §12.5.3).</summary>
    public FileRepresentation ChooseFor(HttpRequest request)
    {
        if (Encoded.Length == 0) return Identity;
        Span<ContentCoding> available = stackalloc ContentCoding[Encoded.Length];
        for (var i = 0; i < available.Length; i++) available[i] = Encoded[i].Coding;
        var chosen = AcceptEncoding.Of(request).Choose(available);
        foreach (var representation in Encoded)
        {
            if (representation.Coding == chosen) return representation;
        }

        return Identity;
    }

    /// <summary>Whether everything is still as it was.</summary>
    public bool IsTrue(FileRoot root)
    {
        if (IsYoung) return false;
        foreach (var (name, facts) in Evidence)
        {
            if (root.Stat(name) != facts) return false;
        }

        return true;
    }

    /// <summary>Lets the open files go; what is being sent of them is sent.</summary>
    public void Close()
    {
        Identity.Handle?.Dispose();
        foreach (var representation in Encoded) representation.Handle?.Dispose();
    }
}
