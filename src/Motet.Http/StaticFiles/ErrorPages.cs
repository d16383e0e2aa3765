using System.Globalization;

namespace Motet.Http;

/// <summary>
/// Pages for error responses: files named for the status, such as <c>404.html</c>. They are the bodies of error responses that have none: those that a handler makes with a status alone, of a handler that failed, and of requests that are
/// rejected. Read once and kept in memory, so that no response waits for a disk; <see cref="Load"/> makes a new set. Immutable; any thread.
/// </summary>
public sealed class ErrorPages
{
    /// <summary>The longest page. 64 KiB: a page and its style, and twenty statuses of it are nothing to a process.</summary>
    public const int MaxPageBytes = 64 * 1024;

    internal const string ContentType = "text/html; charset=utf-8";

    private const int Least = 400;
    private const int Most = 599;

    private readonly byte[]?[] _pages = new byte[]?[Most - Least + 1];

    private ErrorPages()
    {
    }

    /// <summary>The number of pages.</summary>
    public int Count => _pages.Count(page => page is not null);

    /// <summary>Reads the pages of a directory: those of <c>400.html</c> to <c>599.html</c> that are there. Blocks; for the start of a program.</summary>
    /// <param name="directory">The directory; one that is not there has no pages.</param>
    /// <exception cref="IOException">A page cannot be read, or is longer than <see cref="MaxPageBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read a page.</exception>
    public static ErrorPages Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var pages = new ErrorPages();
        if (!Directory.Exists(directory)) return pages;
        foreach (var path in Directory.EnumerateFiles(directory, "???.html"))
        {
            if (!int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < Least or > Most) continue;
            using var file = FileOpener.Open(path);
            var length = RandomAccess.GetLength(file);
            if (length > MaxPageBytes) throw new IOException($"'{path}' has {length} bytes; an error page has at most {MaxPageBytes}.");
            var page = new byte[length];
            var read = RandomAccess.Read(file, page, 0);
            pages._pages[status - Least] = page[..read];
        }

        return pages;
    }

    internal byte[]? Find(HttpStatus status) => (uint)((int)status - Least) < (uint)_pages.Length ? _pages[(int)status - Least] : null;
}
