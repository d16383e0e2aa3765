namespace Motet.Http;

/// <summary>What tells one state of a file from another. Times are nanoseconds since 1970. The default value stands for a file that is not there.</summary>
internal readonly record struct FileFacts(FileKind Kind, long Length, long Modified, long Changed, ulong Device, ulong Inode)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The time of the last change to the content, in whole seconds, as headers have it (RFC 9110 §8.8.2).</summary>
    public long ModifiedSecond => (Modified / NanosecondsPerSecond) - (Modified % NanosecondsPerSecond < 0 ? 1 : 0);

    /// <summary>
    /// Whether the file was changed so recently that another change could bear the same time: file systems stamp with the kernel's tick, some with whole seconds. What is known of such a file is not relied on
    /// beyond the next look.
    /// </summary>
    public bool IsYoung(DateTimeOffset now) => now.ToUnixTimeMilliseconds() - (Modified / 1_000_000) < 2000;
}
