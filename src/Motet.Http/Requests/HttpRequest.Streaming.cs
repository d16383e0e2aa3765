using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Responses whose body goes out piece by piece.</summary>
public sealed partial class HttpRequest
{
    private ResponseHeaders? _responseTrailers;

    // The size of a chunk was sent, and not the chunk: nothing can follow.
    private bool _isTorn;

    /// <summary>
    /// Lines to be sent behind the body (RFC 9110 §6.5): a checksum, a status that is known only at the end. They may be added until the end of the body is sent, and leave with it when the body goes out in chunks. In every
    /// other response (its length is known, it has no body, the client speaks HTTP/1.0) there is no place for them and they are silently dropped, so a client must be able to do without. A
    /// <c>Trailer</c> header that announces them, and a look at the client's <c>TE: trailers</c>, are the handler's affair.
    /// </summary>
    /// <exception cref="InvalidOperationException">The response is complete.</exception>
    public ResponseHeaders ResponseTrailers
    {
        get
        {
            if (_response >= ResponseState.Complete) ThrowComplete();
            return _responseTrailers ??= new ResponseHeaders(areTrailers: true);
        }
    }

    /// <summary>
    /// Sends a piece of the body; starts the response with 200 if that was not done. Waits while the client is slow to take what was sent before. One piece at a time: the next one after the
    /// task of this one has completed. A piece that was cancelled before any of it left was not sent, and the response can go on.
    /// </summary>
    /// <param name="chunk">The bytes, which must stay as they are until the returned task completes. Empty ones send nothing. To a request whose response has no body nothing is sent.</param>
    /// <param name="done">Whether this is the last piece.</param>
    /// <param name="cancellationToken">Ends the wait; see <see cref="Connection.WriteAsync"/>. A piece that goes out as a chunk is begun at once and is not cancelled after that.</param>
    /// <exception cref="InvalidOperationException">The response is complete, its length was declared and it would be longer, or shorter where <paramref name="done"/> says so, or a piece is being sent.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask SendChunkAsync(ReadOnlyMemory<byte> chunk, bool done = false, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (_response == ResponseState.NotStarted && _compression is not null) StartStream(HttpStatus.OK, contentType: null, contentLength: null);
        else if (_response == ResponseState.NotStarted) WriteHead(HttpStatus.OK, contentType: null, -1, isWhole: false);
        if (_response >= ResponseState.Complete) ThrowComplete();
        if (_isSending || _isTorn) ThrowSending();
        if (!Connection.IsOpen) return ValueTask.FromException(new ConnectionClosedException(Connection.CloseReason));
        if (_encoder is not null) return SendEncodedAsync(chunk, done);
        if (_response == ResponseState.Counted) CountPiece(chunk.Length, done);

        var write = chunk.IsEmpty || _response == ResponseState.Bodiless ? default : WritePieceAsync(chunk, cancellationToken);
        if (!write.IsCompletedSuccessfully) return FinishPieceAsync(write, chunk.Length, done);
        write.GetAwaiter().GetResult();
        FinishPiece(chunk.Length, done);
        return default;
    }

    /// <summary>Sends a piece of the body as UTF-8.</summary>
    /// <inheritdoc cref="SendChunkAsync(ReadOnlyMemory{byte}, bool, CancellationToken)"/>
    public ValueTask SendChunkAsync(string chunk, bool done = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return SendChunkAsync(Encoding.UTF8.GetBytes(chunk), done, cancellationToken);
    }

    /// <summary>The handler is done: what it left open of the response is brought to an end.</summary>
    /// <returns>Whether the response is whole.</returns>
    internal bool FinishResponse()
    {
        if (_response == ResponseState.Complete) return true;
        if (_response == ResponseState.NotStarted || _isSending || _isTorn || (_response == ResponseState.Counted && _bodyLeft > 0) || _encoder is { Left: > 0 }) return false;
        if (Connection.IsOpen) FinishBody();
        return true;
    }

    private void CountPiece(int length, bool done)
    {
        if (length > _bodyLeft) throw new InvalidOperationException($"The response is longer than its declared length; {_bodyLeft} bytes were left.");
        if (done && length < _bodyLeft) throw new InvalidOperationException($"The response ends {_bodyLeft - length} bytes before its declared length.");
    }

    private ValueTask WritePieceAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (_response != ResponseState.Chunked) return Connection.WriteAsync(chunk, cancellationToken);
        Connection.Advance(ChunkWriter.WriteHead(chunk.Length, Connection.GetSpan(ChunkWriter.MaxHeadBytes)));

        // Its size is on the way: from here on the piece can only be sent or the connection lost. The write is refused when another one of the handler's was not waited for.
        _isTorn = true;
        var write = Connection.WriteUninterruptedAsync(chunk);
        _isTorn = false;
        return write;
    }

    private async ValueTask FinishPieceAsync(ValueTask write, int length, bool done)
    {
        var generation = BeginSending();
        try
        {
            await write;
        }
        finally
        {
            EndSending(generation);
        }

        ThrowIfOver(generation);
        FinishPiece(length, done);
    }

    /// <summary>From here on a piece is being sent.</summary>
    /// <returns>For <see cref="EndSending"/>: which request it belongs to.</returns>
    private int BeginSending()
    {
        _isSending = true;
        return Generation;
    }

    private void EndSending(int generation)
    {
        if (generation == Generation) _isSending = false;
    }

    private void FinishPiece(int length, bool done)
    {
        if (_response == ResponseState.Chunked && length > 0) Connection.Write(ChunkWriter.DataEnd);
        _bodyLeft -= length;
        if (_response != ResponseState.Bodiless) BodyBytesSent += length;
        if (done) FinishBody();
    }

    private void FinishBody()
    {
        if (_encoder is not null) FinishEncoding();
        if (_response == ResponseState.Chunked)
        {
            if (_responseTrailers is { Lines.IsEmpty: false }) WriteTrailers(_responseTrailers.Lines);
            else Connection.Write(ChunkWriter.BodyEnd);
        }

        _response = ResponseState.Complete;
    }

    // RFC 9112 §7.1.2.
    private void WriteTrailers(ReadOnlySpan<byte> lines)
    {
        Connection.Write(ChunkWriter.LastChunk);
        Connection.Write(lines);
        Connection.Write(ChunkWriter.TrailersEnd);
    }

    private void ThrowComplete()
    {
        ThrowIfOver();
        throw new InvalidOperationException("The response to this request is complete.");
    }

    private static void ThrowSending() => throw new InvalidOperationException("A piece of this response is being sent; the next one has to wait for it.");
}
