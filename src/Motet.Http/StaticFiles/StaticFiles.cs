using System.Text;

namespace Motet.Http;

/// <summary>
/// Serves the files beneath a directory: <c>server.Http(request => files.ServeAsync(request, others))</c>. With conditions, ranges, precompressed siblings, and a cache for small files; never anything outside the directory. Any
/// thread may make one; what serves is for event loops.
/// </summary>
/// <remarks>
/// A file is looked up in memory while the loop runs; what is not there (a name or content that has to come from a disk) is fetched on another thread meanwhile. Requires Linux on x64 or arm64, of 5.12 or later; where the
/// newer calls are missing or forbidden every look-up that the cache does not know goes to another thread.
/// </remarks>
public sealed partial class StaticFiles
{
    private readonly FileLoader _loader;
    private readonly byte[] _prefix;

    /// <summary>Prepares to serve. The directory need not be there yet; when another one takes its place, by a link that is moved or a name that is changed, that one is served.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="ArgumentException">The root is empty, or a header value or media type of the options has characters that a header cannot have.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not one of those named above.</exception>
    public StaticFiles(string root, StaticFilesOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        if (!FileSystem.IsSupported) throw new PlatformNotSupportedException("Files are served on Linux, on x64 and arm64.");
        Options = options ?? StaticFilesOptions.Default;
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (Options.CacheControl is { } value && !FieldWriter.IsValue(value)) throw new ArgumentException("The value of Cache-Control has a character that a header value cannot have.", nameof(options));
        foreach (var (extension, type) in Options.MediaTypes ?? new Dictionary<string, string>())
        {
            if (!FieldWriter.IsValue(type)) throw new ArgumentException($"The media type of '{extension}' has a character that a header value cannot have.", nameof(options));
        }

        _loader = new FileLoader(Options);
        _prefix = Encoding.UTF8.GetBytes(Options.PathPrefix);
    }

    /// <summary>The directory, as an absolute path.</summary>
    public string Root { get; }

    /// <summary>How they are served.</summary>
    public StaticFilesOptions Options { get; }

    /// <summary>
    /// Responds with the file that the request's path names, if it is a GET or a HEAD and there is one; else <paramref name="others"/> answers. A directory is answered with its index file, after a redirect (301) to its name with a
    /// slash. 403 when the process may not read the file, 503 when no descriptor is left. Event loop only.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="others">Answers what is no file's.</param>
    /// <exception cref="Motet.Net.ConnectionClosedException">The client is gone.</exception>
    /// <exception cref="EndOfStreamException">The file was made shorter while it was sent; the connection was aborted.</exception>
    public ValueTask ServeAsync(HttpRequest request, HttpHandler others)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(others);
        if (request.Head.Method is not (MethodKind.Get or MethodKind.Head)) return others(request);
        var path = request.PathBytes;
        if (_prefix.Length > 0)
        {
            if (!path.StartsWith(_prefix)) return others(request);
            path = path[_prefix.Length..];
        }

        var cache = CacheOf(request);
        var length = FilePath.Decode(path, cache.NameBuffer, Options.ShowsDotFiles);
        return length < 0 ? others(request) : ServeAsync(request, cache, cache.NameBuffer.AsSpan(0, length), others);
    }

    /// <summary>
    /// Responds with a file beneath the root that the program names, to any request: for pages that answer several paths, or files that a handler decides about. 404 when there is none. Event loop only.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The path beneath the root, with or without a slash in front, not encoded, such as <c>reports/2026.pdf</c>. One with <c>..</c>, <c>.</c> or empty segments is not found.</param>
    /// <exception cref="Motet.Net.ConnectionClosedException">The client is gone.</exception>
    public ValueTask SendAsync(HttpRequest request, string path)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(path);
        var name = Encoding.UTF8.GetBytes(path.StartsWith('/') ? path[1..] : path);
        return FilePath.IsSafe(name) ? ServeAsync(request, CacheOf(request), name, NotFoundHandler) : NotFoundHandler(request);
    }

    /// <summary>
    /// Makes a handler whose responses may be files beneath the root: where <paramref name="handler"/> sets the header <c>X-Sendfile</c> and responds (with <c>RespondAsync</c>), the file is sent in place of the body and the header is not. The value is a path
    /// beneath the root, or an absolute one that leads there; all else, and a file that is not there, is answered with 404. The file's answer has the handler's other headers; its status is the file's (200, 206, 304, …). In other responses (those in pieces) the header is only dropped; an error (404, 412, 416) goes out without what the headers say of the file.
    /// </summary>
    /// <param name="handler">Answers the requests.</param>
    public HttpHandler WithSendfile(HttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return request =>
        {
            request.AllowSendfile(this);
            return handler(request);
        };
    }

    /// <summary>The path beneath the root that a header names.</summary>
    internal string ToRelative(string path) => path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : path.StartsWith('/') ? ".." : path;

    private FileCache CacheOf(HttpRequest request) => FileCache.Of(this, request.Loop.EventLoop);
}
