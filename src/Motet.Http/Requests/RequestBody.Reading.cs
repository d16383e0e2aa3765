using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

public sealed partial class RequestBody
{
    // What is read at once from a chunked body; sizes and data come mixed, so it cannot go straight to the reader's memory.
    private const int RawSize = 16 * 1024;

    private BodyState _state;
    private bool _hasStarted;
    private RejectReason _failure;
    private long _remaining;
    private ChunkedDecoder? _decoder;

    // Bytes behind the head that arrived with it and lie in the loop's receive buffer: only while the handler runs synchronously.
    private unsafe byte* _window;
    private int _windowLength;
    private int _windowTaken;

    // Bytes of a chunked body that were read and not decoded yet.
    private byte[]? _raw;
    private int _rawStart;
    private int _rawEnd;

    /// <summary>Why reading failed; None while it has not.</summary>
    internal RejectReason Failure => _failure;

    /// <summary>Whether the client may still be waiting for leave to send the body.</summary>
    internal bool AwaitsContinue => _request.Head.ExpectContinue && !_hasStarted && _state != BodyState.Complete && _windowLength == 0;

    /// <summary>Whether what was not read can be read and dropped within the bound, as far as is known.</summary>
    internal bool CanBeDropped => _state switch
    {
        BodyState.Complete => true,
        BodyState.Failed => false,
        BodyState.Counted => !AwaitsContinue && _remaining <= _request.Limits.MaxDroppedBodyBytes,
        _ => !AwaitsContinue,
    };

    internal unsafe void Begin(byte* window, int length)
    {
        var head = _request.Head;
        _window = window;
        _windowLength = length;
        _windowTaken = 0;
        if (head.IsChunked)
        {
            _state = BodyState.Chunked;
            if (_decoder is null) _decoder = new ChunkedDecoder(_request.Limits);
            else _decoder.Reset(_request.Limits);
            MaxBytes = _request.Limits.MaxBodyBytes;
        }
        else if (head.ContentLength > 0)
        {
            _state = BodyState.Counted;
            _remaining = head.ContentLength;
            MaxBytes = _request.Limits.MaxBodyBytes;
        }
    }

    /// <summary>The receive buffer is needed for others: what was not taken of it stays with the connection.</summary>
    /// <returns>How many bytes behind the head were taken.</returns>
    internal unsafe int Detach()
    {
        _windowLength = 0;
        _window = null;
        return _windowTaken;
    }

    internal unsafe void Reset()
    {
        if (_raw is not null) ReleaseRaw();
        _state = BodyState.Complete;
        _hasStarted = false;
        _failure = RejectReason.None;
        _remaining = 0;
        _windowLength = _windowTaken = 0;
        _window = null;
    }

    /// <summary>Takes what has arrived. -1 when that is nothing yet.</summary>
    internal int TryRead(Span<byte> destination)
    {
        if (_state == BodyState.Complete || destination.IsEmpty) return 0;
        if (_state == BodyState.Failed) throw new RequestRejectedException(_failure);
        if (!_hasStarted) Start();
        return _state == BodyState.Chunked ? TryReadChunks(destination) : TryReadCounted(destination);
    }

    /// <summary>Reads and drops, without waiting, up to a bound.</summary>
    /// <returns>Whether the body is complete now; false when more has to arrive, or the bound was met.</returns>
    internal bool TryDrop(ref int allowed)
    {
        Span<byte> dropped = stackalloc byte[4096];
        while (_state is BodyState.Counted or BodyState.Chunked && allowed > 0)
        {
            var read = TryRead(dropped);
            if (read < 0) return false;
            allowed -= read;
        }

        return _state == BodyState.Complete;
    }

    private void Start()
    {
        _hasStarted = true;
        if (_state == BodyState.Chunked) _decoder!.MaxBodyBytes = MaxBytes;
        else if (_remaining > MaxBytes) Fail(RejectReason.BodyTooLarge);
        if (_request.Head.ExpectContinue && _windowLength == 0) _request.SendContinue();
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
        }

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

    private async ValueTask<int> WaitAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var connection = _request.Connection;
        while (true)
        {
            connection.SetDeadline(_request.Limits.BodyTimeout);
            try
            {
                await connection.ReadAsync(Memory<byte>.Empty, cancellationToken);
            }
            finally
            {
                connection.ClearDeadline();
            }

            var read = TryRead(buffer.Span);
            if (read >= 0) return read;
        }
    }

    private void Fail(RejectReason reason)
    {
        _state = BodyState.Failed;
        _failure = reason;
        throw new RequestRejectedException(reason);
    }
}
