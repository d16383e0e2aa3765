using System.Buffers;
using System.Diagnostics;
using System.IO.Compression;

namespace Motet.Http;

/// <summary>
/// Compresses one response, slice by slice. The framework's compressors cannot be used again for another response, so that only the memory for what comes out is pooled; their own is freed with <see cref="Dispose"/>.
/// </summary>
internal sealed class ResponseEncoder : IDisposable
{
    /// <summary>What is compressed at once, between two looks at the loop: 60 µs of work at the fastest level, 200 at the optimal one.</summary>
    public const int MaxSlice = 32 * 1024;

    // A window of 256 KiB bounds what a Brotli compressor holds; what repeats at a longer distance is not found. RFC 7932 §9.1.
    private const int BrotliWindow = 18;

    private readonly ContentCoding _coding;
    private readonly PooledSink _sink = new();
    private readonly GZipStream? _gzip;
    private BrotliEncoder _brotli;
    private bool _hasInput;
    private bool _isDisposed;

    public ResponseEncoder(ContentCoding coding, CompressionLevel level, long? length = null)
    {
        Debug.Assert(coding is ContentCoding.Brotli or ContentCoding.Gzip);
        _coding = coding;
        Left = length;
        if (coding == ContentCoding.Brotli) _brotli = new BrotliEncoder(level == CompressionLevel.Fastest ? 1 : 4, BrotliWindow);
        else _gzip = new GZipStream(_sink, level, leaveOpen: true);
    }

    /// <summary>What has to come yet of a response whose length was declared.</summary>
    public long? Left { get; private set; }

    public static ReadOnlySpan<byte> Name(ContentCoding coding) => coding == ContentCoding.Brotli ? "br"u8 : "gzip"u8;

    /// <summary>Notes that so many bytes are to be encoded.</summary>
    public void Count(int length, bool done)
    {
        if (Left is not { } left) return;
        if (length > left) throw new InvalidOperationException($"The response is longer than its declared length; {left} bytes were left.");
        if (done && length < left) throw new InvalidOperationException($"The response ends {left - length} bytes before its declared length.");
        Left = left - length;
    }

    /// <summary>Compresses a slice.</summary>
    /// <param name="plain">At most <see cref="MaxSlice"/> bytes.</param>
    /// <param name="flush">Whether all that was put in has to come out.</param>
    /// <param name="done">Whether it is the last.</param>
    /// <returns>What came out; valid until the next call.</returns>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> plain, bool flush, bool done)
    {
        _sink.Clear();
        if (_coding == ContentCoding.Brotli) EncodeBrotli(plain, flush, done);
        else EncodeGzip(plain, flush, done);
        return _sink.Written;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _brotli.Dispose();
        _gzip?.Dispose();
        _sink.Dispose();
    }

    private void EncodeBrotli(ReadOnlySpan<byte> plain, bool flush, bool done)
    {
        OperationStatus status;
        while (!plain.IsEmpty || done)
        {
            status = _brotli.Compress(plain, _sink.GetSpan(), out var consumed, out var written, done);
            plain = plain[consumed..];
            _sink.Advance(written);
            if (status == OperationStatus.Done && plain.IsEmpty) break;
        }

        if (done || !flush) return;
        do
        {
            status = _brotli.Flush(_sink.GetSpan(), out var written);
            _sink.Advance(written);
        }
        while (status == OperationStatus.DestinationTooSmall);
    }

    private void EncodeGzip(ReadOnlySpan<byte> plain, bool flush, bool done)
    {
        if (!plain.IsEmpty)
        {
            _hasInput = true;
            _gzip!.Write(plain);
        }

        if (done)
        {
            // The framework's stream writes nothing at all when nothing was written to it, which is no gzip (RFC 1952 §2.3).
            if (_hasInput) _gzip!.Dispose();
            else _sink.Write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        else if (flush)
        {
            _gzip!.Flush();
        }
    }
}
