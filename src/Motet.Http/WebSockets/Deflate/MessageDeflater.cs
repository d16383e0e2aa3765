using System.IO.Compression;

namespace Motet.Http;

/// <summary>
/// Compresses messages for one receiver (RFC 7692 §7.2.1). The framework's compressor has a window of 32 KiB. For a receiver that wants a smaller one each part of that size is compressed by itself: nothing in it can refer
/// further back than the part is long.
/// </summary>
/// <param name="level">How hard to try.</param>
/// <param name="windowBits">The logarithm of the receiver's window.</param>
/// <param name="keepsContext">Whether a message may refer to earlier ones.</param>
internal sealed class MessageDeflater(CompressionLevel level, int windowBits, bool keepsContext) : IDisposable
{
    private DeflateStream? _deflater;
    private PooledSink? _sink;

    /// <summary>RFC 7692 §7.2.3.6: what an empty message is.</summary>
    private static ReadOnlySpan<byte> Empty => [0x00];

    /// <summary>Compresses a message.</summary>
    /// <returns>The payload, without the four bytes that every such one ends with. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> message)
    {
        _sink ??= new PooledSink();
        _sink.Clear();
        do
        {
            var part = message[..Math.Min(message.Length, windowBits == DeflateParameters.MaxWindowBits ? message.Length : 1 << windowBits)];
            message = message[part.Length..];
            _deflater ??= new DeflateStream(_sink, level, leaveOpen: true);
            _deflater.Write(part);
            _deflater.Flush();
            if (!keepsContext) Forget();
        }
        while (!message.IsEmpty);

        var written = _sink.Written.Span;
        return written.EndsWith(InflateInput.Tail) ? written[..^InflateInput.Tail.Length] : Empty;
    }

    public void Dispose()
    {
        Forget();
        _sink?.Dispose();
    }

    private void Forget()
    {
        if (_deflater is null) return;

        // What a compressor writes at its end has no place in a message.
        var length = _sink!.Written.Length;
        _deflater.Dispose();
        _deflater = null;
        _sink.Truncate(length);
    }
}
