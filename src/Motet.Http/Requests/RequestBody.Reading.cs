using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

public sealed partial class RequestBody
{
    // What is read at once from a chunked body; sizes and data come mixed, so it cannot go straight to the reader's memory.
    private const int RawSize = 16 * 1024;

    // A reader whose client is as fast as it never waits: after so many bytes (100 µs or more) it gives the loop to others.
    private const int MaxReadPerTurn = 1024 * 1024;

    private BodyState _state = BodyState.Over;
    private int _readThisTurn;
    private bool _hasStarted;
    private bool _isAwaited;
    private RejectReason _failure;
    private bool _awaitsContinue;
    private int _dropped;
    private long _remaining;
    private ChunkedDecoder? _decoder;
    private bool _decodes;

    // Bytes behind the head that arrived with it and lie in the loop's receive buffer: only while the handler runs synchronously.
    private unsafe byte* _window;
    private int _windowLength;
    private int _windowTaken;

    // Bytes of a chunked body that were read and not decoded yet.
    private byte[]? _raw;
    private int _rawStart;
    private int _rawEnd;

    /// <summary>Whether what was not read can be read and dropped within the bound, as far as is known. Not when the client may be waiting for leave to send it (RFC 9110 §10.1.1): a response tells it not to. Nor while a read of the handler's waits,
    /// which the handler may leave behind when it completes: what arrives is for that one.</summary>
    internal bool CanBeDropped => _state switch
    {
        BodyState.Complete => true,
        BodyState.Counted => !_awaitsContinue && !_isAwaited && _remaining <= _request.Limits.MaxDroppedBodyBytes,
        BodyState.Chunked => !_awaitsContinue && !_isAwaited,
        _ => false,
    };

    /// <summary>The trailer lines, once the body was read to its end.</summary>
    internal ReadOnlySpan<HeaderField> Trailers => HasTrailers ? _decoder!.Trailers : default;

    internal ReadOnlySpan<byte> TrailerBytes => HasTrailers ? _decoder!.TrailerBytes : default;

    private bool HasTrailers
    {
        get
        {
            if (_state == BodyState.Over) ThrowUnreadable();
            return _decodes && _state == BodyState.Complete;
        }
    }

    internal unsafe void Begin(byte* window, int length)
    {
        var head = _request.Head;
        _window = window;
        _windowLength = length;
        _windowTaken = 0;
        if (head.IsChunked)
        {
            _state = BodyState.Chunked;
            _decodes = true;
            if (_decoder is null) _decoder = new ChunkedDecoder(_request.Limits);
            else _decoder.Reset(_request.Limits);
        }
        else if (head.ContentLength > 0)
        {
            _state = BodyState.Counted;
            _remaining = head.ContentLength;
        }
        else
        {
            _state = BodyState.Complete;
            return;
        }

        // RFC 9110 §10.1.1: no 100 is needed once some of the body has arrived.
        _awaitsContinue = head.ExpectContinue && length == 0;
        _dropped = 0;
    }

    /// <summary>The receive buffer is needed for others: what was not taken of it stays with the connection.</summary>
    /// <returns>How many bytes behind the head were taken.</returns>
    internal unsafe int Detach()
    {
        _windowLength = 0;
        _window = null;
        return _windowTaken;
    }

    /// <summary>What lies behind the request in the receive buffer goes back to the connection, for whoever reads from that now.</summary>
    internal unsafe void LeaveRest()
    {
        Debug.Assert(IsComplete, "Of a body that was not read nobody knows where it ends.");
        if (_windowLength == 0) return;
        _request.Connection.Unread(new ReadOnlySpan<byte>(_window, _windowLength));
        TakeWindow(_windowLength);
    }

    internal unsafe void Reset()
    {
        if (_raw is not null) ReleaseRaw();
        if (_decodes) ResetDecoder();
        if (_minRateIsSet || _timeout is not null || _timeLeft is not null) ResetPace();
        _state = BodyState.Over;
        _hasStarted = false;
        _isAwaited = false;
        _readThisTurn = 0;
        _maxBytes = null;
        _maxBytesIsSet = false;
        _windowLength = _windowTaken = 0;
        _window = null;
    }

    /// <summary>Takes what has arrived. -1 when that is nothing yet.</summary>
    internal int TryRead(Span<byte> destination)
    {
        if (_state >= BodyState.Failed) ThrowUnreadable();
        if (_state == BodyState.Complete || destination.IsEmpty) return 0;
        if (!_hasStarted) Start();
        return _state == BodyState.Chunked ? TryReadChunks(destination) : TryReadCounted(destination);
    }

    private void Start()
    {
        _hasStarted = true;
        if (_state == BodyState.Chunked) _decoder!.MaxBodyBytes = MaxBytes;
        else if (_remaining > MaxBytes) Fail(RejectReason.BodyTooLarge);
    }

    private unsafe int TryReadCounted(Span<byte> destination)
    {
        if (destination.Length > _remaining) destination = destination[..(int)_remaining];
        var read = Math.Min(_windowLength, destination.Length);
        if (read > 0)
        {
            new ReadOnlySpan<byte>(_window, read).CopyTo(destination);
            TakeWindow(read);
        }
        else
        {
            read = _request.Connection.Read(destination);
            if (read < 0) return -1;
            if (read == 0) Fail(RejectReason.Incomplete);
            _received += read;
        }

        _awaitsContinue = false;
        _remaining -= read;
        if (_remaining == 0) _state = BodyState.Complete;
        return read;
    }

    private unsafe int TryReadChunks(Span<byte> destination)
    {
        while (true)
        {
            if (_windowLength == 0 && _rawStart == _rawEnd && !TryFillRaw()) return -1;
            var source = _windowLength > 0 ? new ReadOnlySpan<byte>(_window, _windowLength) : _raw.AsSpan(_rawStart, _rawEnd - _rawStart);
            var result = _decoder!.Decode(source, destination);
            if (_windowLength > 0) TakeWindow(result.Consumed);
            else _rawStart += result.Consumed;

            if (result.Status == ChunkedStatus.Rejected) Fail(_decoder.RejectReason);
            if (result.Status == ChunkedStatus.Complete) FinishChunks();
            if (result.Produced > 0 || _state == BodyState.Complete) return result.Produced;
        }
    }

    private bool TryFillRaw()
    {
        _raw ??= ArrayPool<byte>.Shared.Rent(RawSize);
        var read = _request.Connection.Read(_raw);
        if (read == 0) Fail(RejectReason.Incomplete);
        if (read > 0) _awaitsContinue = false;
        _received += Math.Max(read, 0);

        // What frames the data counts too: a body in chunks of one byte is six times as long on the wire, and most of the work.
        _readThisTurn += Math.Max(read, 0);
        _rawStart = 0;
        _rawEnd = Math.Max(read, 0);
        if (read < 0) ReleaseRaw();
        return read > 0;
    }

    /// <summary>What was read behind the last chunk is the beginning of the next request.</summary>
    private void FinishChunks()
    {
        _state = BodyState.Complete;
        if (_raw is null) return;
        _request.Connection.Unread(_raw.AsSpan(_rawStart, _rawEnd - _rawStart));
        ReleaseRaw();
    }

    private unsafe void TakeWindow(int count)
    {
        Debug.Assert(count <= _windowLength, "More was taken than there is.");
        _window += count;
        _windowLength -= count;
        _windowTaken += count;
    }

    private void ReleaseRaw()
    {
        ArrayPool<byte>.Shared.Return(_raw!);
        _raw = null;
        _rawStart = _rawEnd = 0;
    }

    /// <summary>The trailers are given back: a request object in the pool holds none.</summary>
    private void ResetDecoder()
    {
        _decodes = false;
        _decoder!.Reset(_request.Limits);
    }

    private async ValueTask<int> WaitAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_awaitsContinue)
        {
            _awaitsContinue = false;
            _request.SendContinue();
        }

        _readThisTurn = 0;
        var connection = _request.Connection;
        var generation = _request.Generation;
        while (true)
        {
            BeginWait();
            _isAwaited = true;
            try
            {
                await connection.ReadAsync(Memory<byte>.Empty, cancellationToken);
            }
            finally
            {
                if (generation == _request.Generation)
                {
                    _isAwaited = false;
                    EndWait();
                }
            }

            _request.ThrowIfOver(generation);
            var read = TryRead(buffer.Span);
            if (read >= 0) return read;
        }
    }

    private async ValueTask<int> YieldAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _readThisTurn = 0;
        var generation = _request.Generation;
        _isAwaited = true;
        await Task.Yield();
        _request.ThrowIfOver(generation);
        _isAwaited = false;
        return await ReadAsync(buffer, cancellationToken);
    }

    private void Fail(RejectReason reason)
    {
        _state = BodyState.Failed;
        _failure = reason;
        throw new RequestRejectedException(reason);
    }

    private void ThrowUnreadable()
    {
        if (_state == BodyState.Failed) throw new RequestRejectedException(_failure);
        throw new InvalidOperationException("The request is over: its handler has completed, and what it left of the body is gone.");
    }
}
