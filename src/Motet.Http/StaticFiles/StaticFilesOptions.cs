namespace Motet.Http;

/// <summary>How <see cref="StaticFiles"/> serves. Immutable, so one object may serve several roots. The sizes of the cache are for each event loop, because each has one of its own: so no lock is on the way of a request.</summary>
public sealed class StaticFilesOptions
{
    /// <summary>The defaults.</summary>
    public static StaticFilesOptions Default { get; } = new();

    /// <summary>What the paths of the files begin with, as clients send it, such as <c>/assets</c>; it is taken off to find the file. Requests outside of it are for others. Default: empty, all paths.</summary>
    /// <exception cref="ArgumentException">The value is not empty and does not begin with a slash, or ends with one.</exception>
    public string PathPrefix
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length > 0 && (value[0] != '/' || value[^1] == '/')) throw new ArgumentException($"'{value}' is no prefix of paths: it begins with a slash and does not end with one.", nameof(value));
            field = value;
        }
    } = "";

    /// <summary>Files that stand for their directory, the first that is there. Default: <c>index.html</c>.</summary>
    public IReadOnlyList<string> IndexFiles { get; init; } = ["index.html"];

    /// <summary>
    /// The value of <c>Cache-Control</c>; null for none. Default <c>no-cache</c>: caches keep a file and ask each time whether it is still the same (a 304 then), so nobody sees an old one. Without the header browsers guess.
    /// </summary>
    public string? CacheControl { get; init; } = "no-cache";

    /// <summary>
    /// The value of <c>Cache-Control</c> by file; null to use <see cref="CacheControl"/>. It gets the path beneath the root, decoded, such as <c>assets/app.3f2a.js</c>, and gives the value, or null for none. Called
    /// from any thread, once when a file is loaded into the cache, not for each request.
    /// </summary>
    public Func<string, string?>? CacheControlFor { get; init; }

    /// <summary>Media types by extension (without the dot, in any case), which go before those of the built-in table. Such as <c>["wasm"] = "application/wasm"</c>.</summary>
    public IReadOnlyDictionary<string, string>? MediaTypes { get; init; }

    /// <summary>
    /// Whether files <c>NAME.br</c>, <c>NAME.zst</c> and <c>NAME.gz</c> are sent in place of <c>NAME</c> to clients that take them (<c>Accept-Encoding</c>; brotli goes before zstd before gzip where the client has no preference). One that is older than its original is passed over. Default true.
    /// </summary>
    public bool SendsPrecompressed { get; init; } = true;

    /// <summary>Whether names that begin with a dot are served. Default false: they are settings and repositories that nobody meant to publish. <c>/.well-known/</c> (RFC 8615) is served always.</summary>
    public bool ShowsDotFiles { get; init; }

    /// <summary>What becomes of symbolic links. Default: followed if what they lead to is beneath the root.</summary>
    public SymbolicLinks SymbolicLinks { get; init; }

    /// <summary>
    /// How old what the cache knows of a file may be before it is looked at again; zero to look at each request. Default 100 ms: no human sees it, and a file that is asked for all the time costs ten looks a second instead of one each time
    /// (about 0.5 µs, a tenth of what the request costs).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than a day.</exception>
    public TimeSpan CheckInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>The largest file that is kept in memory; larger ones are sent from the page cache. Default 16 KiB: up to there one copy costs less than the system call that saves it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 GiB.</exception>
    public int MaxCachedFileBytes { get; init => field = Check(value); } = 16 * 1024;

    /// <summary>Memory for files and for what is known of them, for each event loop; those not asked for longest leave first. Default 8 MiB: a thousand or so small files, what a site has that people ask for. Zero: no cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 GiB.</exception>
    public int MaxCacheBytes { get; init => field = Check(value); } = 8 * 1024 * 1024;

    /// <summary>
    /// Files of up to 1 MiB that are kept open, for each event loop. Default 64: few beside the 1,024 descriptors that a process has at least. Larger ones are opened for each request, which costs nothing beside sending them, so that what was deleted does not go on filling a disk.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 GiB.</exception>
    public int MaxOpenFiles { get; init => field = Check(value); } = 64;

    private static int Check(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1 << 30);
        return value;
    }
}
