using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Motet.Http;

/// <summary>The key of a handshake and the answer that proves it was read (RFC 6455 §1.3, §4.2.2).</summary>
internal static class WebSocketKey
{
    /// <summary>Characters of a key.</summary>
    public const int Length = 24;

    /// <summary>Characters of an answer.</summary>
    public const int AcceptLength = 28;

    private const int KeyBytes = 16;

    /// <summary>A new key: 16 random bytes in Base64.</summary>
    public static string Create()
    {
        Span<byte> bytes = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Whether this is a key: the Base64 of 16 bytes, and nothing else (RFC 6455 §4.2.1).</summary>
    public static bool IsKey(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key.Length == Length && Base64.DecodeFromUtf8(key, bytes, out _, out var written) == OperationStatus.Done && written == KeyBytes;
    }

    /// <summary>Writes the answer to a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="accept"><see cref="AcceptLength"/> bytes.</param>
    public static void WriteAccept(ReadOnlySpan<byte> key, Span<byte> accept)
    {
        var guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;
        Span<byte> text = stackalloc byte[Length + guid.Length];
        key.CopyTo(text);
        guid.CopyTo(text[Length..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(text, hash);
        Base64.EncodeToUtf8(hash, accept, out _, out _);
    }

    /// <inheritdoc cref="WriteAccept"/>
    public static string Accept(string key)
    {
        Span<byte> accept = stackalloc byte[AcceptLength];
        WriteAccept(Encoding.ASCII.GetBytes(key), accept);
        return Encoding.ASCII.GetString(accept);
    }
}
