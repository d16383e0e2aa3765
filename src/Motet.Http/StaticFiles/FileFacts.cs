namespace Motet.Http;

/// <summary>What tells one state of a file from another. Times are nanoseconds since 1970. The default value stands for a file that is not there.</summary>
internal readonly record struct FileFacts(FileKind Kind, long Length, long Modified, long Changed, ulong Device, ulong Inode)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // The coarsest times there are (FAT) have two seconds.
    private const long YoungMilliseconds = 2000;

    /// <summary>The time of the last change to the content, in whole seconds, as headers have it (RFC 9110 §8.8.2).</summary>
    public long ModifiedSecond => ToSecond(Modified);

    /// <summary>
    /// The same as it is told to clients: never in the future (RFC 9110 §8.8.2.1). A file whose time is there has that of the change of its facts instead, which nobody can set, so that it is the same at each look.
    /// </summary>
    public long LastModifiedSecond(DateTimeOffset now)
    {
        var present = now.ToUnixTimeSeconds();
        return Math.Max(0, ModifiedSecond <= present ? ModifiedSecond : Math.Min(ToSecond(Changed), present));
    }

    /// <summary>
    /// Whether the file was changed so recently that another change could bear the same time: file systems stamp with the kernel's tick, some with whole seconds. What is known of such a file is not relied on
    /// beyond the next look. Not so a file whose time is far in the future: the next change brings it back.
    /// </summary>
    public bool IsYoung(DateTimeOffset now) => now.ToUnixTimeMilliseconds() - (Modified / 1_000_000) is > -YoungMilliseconds and < YoungMilliseconds;

    private static long ToSecond(long nanoseconds) => (nanoseconds / NanosecondsPerSecond) - (nanoseconds % NanosecondsPerSecond < 0 ? 1 : 0);
}
