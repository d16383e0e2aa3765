using System.Diagnostics;
using System.Numerics;

namespace Motet.Http;

/// <summary>Writes the framing of a chunked body (RFC 9112 §7.1). The data goes between <see cref="WriteHead"/> and <see cref="DataEnd"/>.</summary>
internal static class ChunkWriter
{
    /// <summary>The most <see cref="WriteHead"/> writes: 16 digits and CRLF.</summary>
    public const int MaxHeadBytes = 18;

    /// <summary>What follows the data of each chunk.</summary>
    public static ReadOnlySpan<byte> DataEnd => "\r\n"u8;

    /// <summary>The last chunk; trailer lines and <see cref="TrailersEnd"/> follow.</summary>
    public static ReadOnlySpan<byte> LastChunk => "0\r\n"u8;

    /// <summary>The empty line that ends the body (RFC 9112 §7.1.2).</summary>
    public static ReadOnlySpan<byte> TrailersEnd => "\r\n"u8;

    /// <summary>The last chunk, without trailers.</summary>
    public static ReadOnlySpan<byte> BodyEnd => "0\r\n\r\n"u8;

    /// <summary>Writes the size in hexadecimal and CRLF, and returns how many bytes that were.</summary>
    /// <param name="size">The bytes of data that follow; not 0, which would end the body.</param>
    /// <param name="destination">At least <see cref="MaxHeadBytes"/> bytes.</param>
    public static int WriteHead(long size, Span<byte> destination)
    {
        Debug.Assert(size > 0, "A chunk of no bytes ends the body.");
        var digits = (BitOperations.Log2((ulong)size) / 4) + 1;
        for (var i = digits - 1; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[(int)size & 15];
            size >>= 4;
        }
        destination[digits] = (byte)'\r';
        destination[digits + 1] = (byte)'\n';
        return digits + 2;
    }
}
