namespace Motet.Http;

/// <summary>The content codings that Motet can send (RFC 9110 §8.4.1, RFC 7932, RFC 8878).</summary>
internal enum ContentCoding : byte
{
    /// <summary>As it is.</summary>
    Identity,

    /// <summary><c>gzip</c>.</summary>
    Gzip,

    /// <summary><c>br</c>.</summary>
    Brotli,

    /// <summary><c>zstd</c>.</summary>
    Zstandard,
}
