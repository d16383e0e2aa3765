using System.IO.Compression;

namespace Motet.Http;

/// <summary>
/// How responses that a handler makes are compressed, if the client takes it (RFC 9110 §12.5.3): for one request by <see cref="HttpRequest.ResponseCompression"/>, for all of a handler by <see cref="Wrap"/>. Immutable once built, so that one may serve
/// everybody. Compressing is work on the event loop: see <see cref="Level"/>.
/// </summary>
/// <remarks>
/// A response is left as it is when its status is 206 or one without content, it has <c>Content-Encoding</c> or <c>Content-Range</c> already, its <c>Cache-Control</c> says <c>no-transform</c>, or its media type is not among
/// <see cref="ContentTypes"/>. Otherwise it gets <c>Vary: Accept-Encoding</c>, compressed or not, and when it is compressed a strong <c>ETag</c> becomes a weak one, because the bytes are others (RFC 9110 §8.8.1). What is sent in pieces is flushed
/// with each piece, so that nothing waits in the compressor. Do not compress responses that have both a secret and something that a third party chose: their length tells the secret (BREACH).
/// </remarks>
public sealed class ResponseCompression
{
    private static readonly string[] DefaultTypes =
    [
        "text/*", "application/json", "+json", "application/x-ndjson", "application/javascript", "application/xml", "+xml", "application/manifest+json", "application/wasm",
        "application/graphql", "application/yaml", "application/toml", "application/rtf", "font/ttf", "font/otf", "image/bmp", "image/x-icon",
    ];

    /// <summary>Brotli and gzip at the fastest level, for text from 1 KiB.</summary>
    public static ResponseCompression Default { get; } = new();

    /// <summary>Whether Brotli (<c>br</c>, RFC 7932) is offered. Preferred to gzip where the client takes both equally gladly: at the same level it is smaller. Default true.</summary>
    public bool UsesBrotli { get; init; } = true;

    /// <summary>Whether gzip is offered. Default true.</summary>
    public bool UsesGzip { get; init; } = true;

    /// <summary>
    /// <see cref="CompressionLevel.Fastest"/> or <see cref="CompressionLevel.Optimal"/>. Default the fastest, which takes 6 µs of the loop's time for a KiB of JSON and 2 µs for each further, and leaves a fifth of it; the other takes
    /// 15 to 30 µs and 5 µs, and leaves a seventh.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Another level. The smallest size takes a millisecond a KiB, which no loop has.</exception>
    public CompressionLevel Level
    {
        get;
        init
        {
            if (value is not (CompressionLevel.Fastest or CompressionLevel.Optimal)) throw new ArgumentOutOfRangeException(nameof(value), value, "On an event loop only the fastest and the optimal level are of use.");
            field = value;
        }
    } = CompressionLevel.Fastest;

    /// <summary>The shortest response that is compressed, in bytes, where the length is known. Default 1024: what is shorter fits one packet either way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MinBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 1024;

    /// <summary>
    /// The most responses on one event loop that may be under way compressed in pieces; further ones are sent as they are. Default 256: each holds 0.1 to 0.3 MiB for its compressor until its end, with the optimal level up to 0.8.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxStreams
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 256;

    /// <summary>The media types that are compressed: <c>application/json</c>, <c>text/*</c> for all of a kind, <c>+json</c> for all with that suffix. Default: text, JSON, JavaScript, XML, SVG, WebAssembly, and what else shrinks.</summary>
    public IReadOnlyCollection<string> ContentTypes { get; init; } = DefaultTypes;

    /// <summary>The same handler with its responses compressed; a request may say otherwise.</summary>
    /// <param name="handler">Answers the requests.</param>
    public HttpHandler Wrap(HttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return request =>
        {
            request.ResponseCompression = this;
            return handler(request);
        };
    }

    /// <summary>The coding for a client.</summary>
    internal ContentCoding Choose(AcceptEncoding accepted)
    {
        ReadOnlySpan<ContentCoding> all = [ContentCoding.Brotli, ContentCoding.Gzip];
        return accepted.Choose(UsesBrotli ? (UsesGzip ? all : all[..1]) : (UsesGzip ? all[1..] : default));
    }

    /// <summary>Whether a response of this type is compressed.</summary>
    internal bool Includes(ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        if (semicolon >= 0) contentType = contentType[..semicolon];
        contentType = contentType.Trim();
        foreach (var type in ContentTypes)
        {
            if (type.StartsWith('+') ? contentType.EndsWith(type, StringComparison.OrdinalIgnoreCase)
                : type.EndsWith("/*", StringComparison.Ordinal) ? contentType.StartsWith(type.AsSpan(0, type.Length - 1), StringComparison.OrdinalIgnoreCase)
                : contentType.Equals(type, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
