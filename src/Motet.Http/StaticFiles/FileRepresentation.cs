using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>
/// One representation (RFC 9110 §3.2) of a file: its validators, its header lines ready as bytes, and where its content is. Immutable but for the content, which the loop that serves it lets go.
/// </summary>
internal sealed class FileRepresentation
{
    private const int BytesPerLine = 64;

    private SafeFileHandle? _handle;

    /// <param name="facts">The facts of the file whose bytes are sent.</param>
    /// <param name="contentType">The media type of the content without its coding.</param>
    /// <param name="coding">What the bytes are coded with.</param>
    /// <param name="cacheControl">The value of <c>Cache-Control</c>; null for none.</param>
    /// <param name="varies">Whether there are representations with other codings.</param>
    public FileRepresentation(in FileFacts facts, string contentType, ContentCoding coding = ContentCoding.Identity, string? cacheControl = null, bool varies = false)
    {
        // They become header lines here, and heads of parts, where nobody looks at them again.
        if (!FieldWriter.IsValue(contentType)) throw new ArgumentException("The media type has a character that a header value cannot have.", nameof(contentType));
        if (cacheControl is not null && !FieldWriter.IsValue(cacheControl)) throw new ArgumentException("The value of Cache-Control has a character that a header value cannot have.", nameof(cacheControl));
        Facts = facts;
        ContentType = contentType;
        Coding = coding;
        var codingName = coding switch { ContentCoding.Brotli => "br", ContentCoding.Zstandard => "zstd", ContentCoding.Gzip => "gzip", _ => null };

        // The same on every machine that has the same file, and another one for other bytes: when and how long, and how coded. Not the inode, which differs from machine to machine.
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{facts.Modified:x}-{facts.Length:x}{(codingName is null ? "" : "-")}{codingName}\"");
        EntityTag = Encoding.ASCII.GetBytes(tag);

        var now = DateTimeOffset.UtcNow;
        HasSiblings = varies;
        ModifiedSecond = facts.LastModifiedSecond(now);
        var cache = new StringBuilder(BytesPerLine * 3).Append("ETag: ").Append(tag).Append("\r\n");
        if (cacheControl is not null) cache.Append("Cache-Control: ").Append(cacheControl).Append("\r\n");
        if (varies) cache.Append("Vary: Accept-Encoding\r\n");
        CacheLines = Encoding.ASCII.GetBytes(cache.ToString());
        if (codingName is not null) cache.Append("Content-Encoding: ").Append(codingName).Append("\r\n");
        Span<byte> modified = stackalloc byte[HttpDate.Length];
        HttpDate.Format(DateTimeOffset.FromUnixTimeSeconds(ModifiedSecond).UtcDateTime, modified);
        cache.Append("Last-Modified: ").Append(Encoding.ASCII.GetString(modified)).Append("\r\nAccept-Ranges: bytes\r\n");
        Lines = Encoding.ASCII.GetBytes(cache.ToString());
    }

    public FileFacts Facts { get; }

    public long Length => Facts.Length;

    /// <summary>The second that Last-Modified names, when it was given out.</summary>
    public long ModifiedSecond { get; }

    /// <summary>Whether there are representations of the same file with other codings.</summary>
    public bool HasSiblings { get; }

    public string ContentType { get; }

    public ContentCoding Coding { get; }

    /// <summary>What tells its tag from those of other codings; empty without a coding.</summary>
    public ReadOnlySpan<byte> TagSuffix => Coding switch { ContentCoding.Brotli => "-br"u8, ContentCoding.Zstandard => "-zstd"u8, ContentCoding.Gzip => "-gzip"u8, _ => default };

    /// <summary>The strong validator, with its quotes.</summary>
    public byte[] EntityTag { get; }

    /// <summary>The header lines of a response with content, but for its type and length.</summary>
    public byte[] Lines { get; }

    /// <summary>Those of them that a 304 has too (RFC 9110 §15.4.5).</summary>
    public byte[] CacheLines { get; }

    /// <summary>The whole content, when it is kept in memory.</summary>
    public byte[]? Content { get; init; }

    /// <summary>The open file, when it is kept open.</summary>
    public SafeFileHandle? Handle
    {
        get => _handle;
        init => _handle = value;
    }

    /// <summary>The same with its file open.</summary>
    public FileRepresentation OpenedAs(SafeFileHandle handle)
    {
        var opened = (FileRepresentation)MemberwiseClone();
        opened._handle = handle;
        return opened;
    }

    /// <summary>About what it takes in memory.</summary>
    public int Cost => (Content?.Length ?? 0) + Lines.Length + CacheLines.Length + EntityTag.Length + 512;
}
