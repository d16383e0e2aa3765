using System.Buffers;
using System.Text;

namespace Motet.Http;

/// <summary>Responses that are compressed on their way.</summary>
public sealed partial class HttpRequest
{
    // Longer ones go out in slices, each when the one before was taken, with others having their turn between them.
    private const int MaxCompressedWhole = 2 * ResponseEncoder.MaxSlice;

    private ResponseCompression? _compression;
    private ResponseEncoder? _encoder;

    /// <summary>How the response is compressed, if the client takes it; null, as at first, for not at all. Must be set before the response starts. What it does, <see cref="Http.ResponseCompression"/> says. Files are sent as they are.</summary>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    public ResponseCompression? ResponseCompression
    {
        get => _compression;
        set
        {
            if (_response != ResponseState.NotStarted) ThrowStarted();
            _compression = value;
        }
    }

    private async ValueTask RespondCompressedAsync(HttpStatus status, string body, string? contentType)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(body));
        try
        {
            await RespondCompressedAsync(status, buffer.AsMemory(0, Encoding.UTF8.GetBytes(body, buffer)), contentType);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask RespondCompressedAsync(HttpStatus status, ReadOnlyMemory<byte> body, string? contentType)
    {
        var compression = TakeCompression(out var coding, status, contentType, body.Length, isStream: body.Length > MaxCompressedWhole);
        if (coding == ContentCoding.Identity)
        {
            await RespondAsync(status, body, contentType);
            return;
        }

        if (body.Length > MaxCompressedWhole)
        {
            StartEncoding(compression, coding, status, contentType, body.Length);
            await SendChunkAsync(body, done: true);
            return;
        }

        using var encoder = new ResponseEncoder(coding, compression.Level);
        var first = encoder.Encode(body.Span[..Math.Min(body.Length, ResponseEncoder.MaxSlice)], flush: false, done: body.Length <= ResponseEncoder.MaxSlice);
        if (body.Length <= ResponseEncoder.MaxSlice)
        {
            await RespondEncodedAsync(status, first, coding, contentType);
            return;
        }

        var whole = ArrayPool<byte>.Shared.Rent(MaxCompressedWhole * 2);
        try
        {
            first.CopyTo(whole);
            var rest = encoder.Encode(body.Span[ResponseEncoder.MaxSlice..], flush: false, done: true);
            rest.CopyTo(whole.AsMemory(first.Length));
            await RespondEncodedAsync(status, whole.AsMemory(0, first.Length + rest.Length), coding, contentType);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private ValueTask RespondEncodedAsync(HttpStatus status, ReadOnlyMemory<byte> encoded, ContentCoding coding, string? contentType)
    {
        MarkEncoded(coding);
        return RespondAsync(status, encoded, contentType);
    }

    /// <summary>A response without a body: one that says that nothing has changed says it of what was sent before.</summary>
    private void MarkUnchanged(HttpStatus status)
    {
        var compression = _compression!;
        _compression = null;
        if (status != HttpStatus.NotModified) return;
        ResponseHeaders.AddVaryByEncoding();
        if (compression.Choose(AcceptEncoding.Of(this)) != ContentCoding.Identity) ResponseHeaders.WeakenETag();
    }

    /// <summary>Starts a response in pieces, compressed if that is possible.</summary>
    private void StartStream(HttpStatus status, string? contentType, long? contentLength)
    {
        var compression = TakeCompression(out var coding, status, contentType, contentLength, isStream: true);
        if (coding == ContentCoding.Identity) WriteHead(status, contentType, contentLength ?? -1, isWhole: false);
        else StartEncoding(compression, coding, status, contentType, contentLength);
    }

    private void StartEncoding(ResponseCompression compression, ContentCoding coding, HttpStatus status, string? contentType, long? contentLength)
    {
        MarkEncoded(coding);
        WriteHead(status, contentType, -1, isWhole: false);
        if (_response == ResponseState.Bodiless) return;
        _encoder = new ResponseEncoder(coding, compression.Level, contentLength);
        Loop.OpenEncoders++;
    }

    /// <summary>Decides on the coding, and notes in the headers that it was decided. From here on the response is as any other.</summary>
    private ResponseCompression TakeCompression(out ContentCoding coding, HttpStatus status, string? contentType, long? length, bool isStream)
    {
        var compression = _compression!;
        _compression = null;
        coding = ContentCoding.Identity;
        if (!CanBeCompressed(compression, status, contentType)) return compression;
        ResponseHeaders.AddVaryByEncoding();
        if (length < compression.MinBytes || (isStream && Loop.OpenEncoders >= compression.MaxStreams)) return compression;
        coding = compression.Choose(AcceptEncoding.Of(this));
        return compression;
    }

    private bool CanBeCompressed(ResponseCompression compression, HttpStatus status, string? contentType)
    {
        if ((int)status is < 200 or 204 or 205 or 206 or 304 || Head.Method == MethodKind.Connect) return false;
        var headers = ResponseHeaders;
        if (headers.TryGet("Content-Type"u8, out var type)) contentType = Encoding.ASCII.GetString(type);
        return contentType is not null
            && compression.Includes(contentType)
            && !headers.TryGet("Content-Encoding"u8, out _)
            && !headers.TryGet("Content-Range"u8, out _)
            && !(headers.TryGet("Cache-Control"u8, out var cache) && Encoding.ASCII.GetString(cache).Contains("no-transform", StringComparison.OrdinalIgnoreCase));
    }

    private void MarkEncoded(ContentCoding coding)
    {
        ResponseHeaders.AddContentEncoding(ResponseEncoder.Name(coding));
        ResponseHeaders.WeakenETag();
    }

    /// <summary>Sends a piece compressed, in slices. Everything of it leaves, nothing waits in the compressor for the next one.</summary>
    private async ValueTask SendEncodedAsync(ReadOnlyMemory<byte> chunk, bool done)
    {
        var encoder = _encoder!;
        encoder.Count(chunk.Length, done);
        if (chunk.IsEmpty && !done) return;
        var generation = BeginSending();
        try
        {
            do
            {
                var slice = chunk[..Math.Min(chunk.Length, ResponseEncoder.MaxSlice)];
                chunk = chunk[slice.Length..];
                var encoded = encoder.Encode(slice.Span, flush: chunk.IsEmpty, done: done && chunk.IsEmpty);
                if (!encoded.IsEmpty) await WritePieceAsync(encoded, CancellationToken.None);
                ThrowIfOver(generation);
                FinishPiece(encoded.Length, done: false);
                if (!chunk.IsEmpty) await Task.Yield();
                ThrowIfOver(generation);
            }
            while (!chunk.IsEmpty);
        }
        finally
        {
            EndSending(generation);
        }

        if (!done) return;
        CloseEncoder();
        FinishBody();
    }

    /// <summary>The handler has completed without saying that the body is done.</summary>
    private void FinishEncoding()
    {
        var end = _encoder!.Encode(default, flush: false, done: true);
        if (_response == ResponseState.Chunked) Connection.Advance(ChunkWriter.WriteHead(end.Length, Connection.GetSpan(ChunkWriter.MaxHeadBytes)));
        Connection.Write(end.Span);
        FinishPiece(end.Length, done: false);
        CloseEncoder();
    }

    private void ResetCompression()
    {
        _compression = null;
        if (_encoder is not null) CloseEncoder();
    }

    private void CloseEncoder()
    {
        _encoder!.Dispose();
        _encoder = null;
        Loop.OpenEncoders--;
    }
}
