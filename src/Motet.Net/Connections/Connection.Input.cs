using System.Buffers;

namespace Motet.Net;

public sealed unsafe partial class Connection
{
    /// <summary>A read behind kept bytes asks for as much as there is already, but need not ask for more than this: the buffer doubles, and its room is worth a system call.</summary>
    private const int SmallestRead = 2048;

    // Bytes that arrived and were not consumed; null while there are none.
    private byte[]? _kept;
    private int _keptStart;
    private int _keptEnd;

    /// <summary>Whether input is paused: the handler gets no data, and the peer is held back by its flow control once the kernel's buffer is full.</summary>
    public bool IsInputPaused => Has(State.InputPaused);

    /// <summary>Whether there is something to do about input now: bytes to read or to offer again, or an end to tell.</summary>
    private bool InputIsDue => Has(State.MayHaveInput | State.OfferKept | State.EndOfInputDue) && !Has(State.InputPaused | State.Closed);

    /// <summary>Stops calling the handler with data until <see cref="ResumeInput"/>. What the current callback does not consume is kept.</summary>
    public void PauseInput() => _state |= State.InputPaused;

    /// <summary>
    /// Goes on calling the handler with data, beginning with what was kept. In a callback of this connection the handler is called after it; elsewhere it may be called
    /// before this returns. Without effect when the connection is closing.
    /// </summary>
    public void ResumeInput()
    {
        if (!Has(State.InputPaused) || Has(State.Closing | State.Closed)) return;
        _state = (_state & ~State.InputPaused) | State.OfferKept;
        if (!Has(State.InCallback)) Receive();
    }

    /// <summary>
    /// Takes bytes that have arrived, without waiting. For when input is paused, or from within <see cref="ConnectionHandler.OnData"/>'s handler after it paused.
    /// </summary>
    /// <param name="destination">Where the bytes go; at least one byte long.</param>
    /// <returns>How many bytes were taken; 0 at the end of input; -1 when there are none now.</returns>
    /// <exception cref="ArgumentException">The destination is empty.</exception>
    /// <exception cref="ConnectionClosedException">The connection is closed or closing, or the peer reset it.</exception>
    public int Read(Span<byte> destination)
    {
        if (destination.IsEmpty) ThrowNoDestination();
        if (_kept is not null) return TakeKept(destination);
        if (Has(State.EndOfInput)) return 0;
        if (Has(State.Closed | State.Closing)) ThrowClosed();
        if (!Has(State.MayHaveInput)) return -1;

        int received;
        fixed (byte* pointer = destination) received = ReceiveOnce(pointer, destination.Length);
        if (received > 0)
        {
            NoteShortRead(received, destination.Length);
            return received;
        }

        if (received == 0) return 0;
        if (Has(State.Closed)) ThrowClosed();
        return -1;
    }

    /// <summary>
    /// Puts bytes back that were read and turned out to belong to what comes next: the next read, or the handler, gets them first. The handler is offered them without
    /// waiting for more, after the callback or later in this turn of the loop. Without effect when the connection is closing.
    /// </summary>
    /// <param name="data">The bytes; they are copied.</param>
    public void Unread(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || Has(State.Closed | State.Closing)) return;
        PutInFront(data);
        OfferKeptAgain();
    }

    private void OfferKeptAgain()
    {
        _state |= State.OfferKept;
        if (!Has(State.InCallback) && InputIsDue) ContinueReadingLater();
    }

    private void PutInFront(ReadOnlySpan<byte> data)
    {
        if (_kept is null)
        {
            Keep(data);
            return;
        }

        var behind = _kept.AsSpan(_keptStart, _keptEnd - _keptStart);
        var merged = ArrayPool<byte>.Shared.Rent(data.Length + behind.Length);
        data.CopyTo(merged);
        behind.CopyTo(merged.AsSpan(data.Length));
        ArrayPool<byte>.Shared.Return(_kept);
        (_kept, _keptStart, _keptEnd) = (merged, 0, data.Length + behind.Length);
    }

    /// <summary>Handles input from outside a callback.</summary>
    private void Receive()
    {
        EnterCallback();
        try
        {
            if (PullRead is not null) ContinueRead();
            ReceiveAll();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        LeaveCallback();
    }

    /// <summary>Reads until the kernel has no more, the handler pauses, or the budget of one turn is used.</summary>
    private void ReceiveAll()
    {
        for (var reads = 0; InputIsDue; reads++)
        {
            if (reads == ReadsPerTurn)
            {
                ContinueReadingLater();
                return;
            }

            if (Has(State.OfferKept | State.EndOfInput)) OfferOrTellEnd();
            else if (_kept is not null) ReceiveBehindKept();
            else if (!_net.IsReceiveBufferInUse) ReceiveInPlace();
            else
            {
                // Another connection's handler caused this while it looks at its own data there.
                ContinueReadingLater();
                return;
            }
        }
    }

    private void ReceiveInPlace()
    {
        var received = ReceiveOnce(_net.ReceivePointer, _net.ReceiveLength);
        if (received <= 0) return;
        NoteShortRead(received, _net.ReceiveLength);
        Deliver(_net.ReceivePointer, received);
    }

    private void ReceiveBehindKept()
    {
        MakeRoom();
        var room = Math.Min(_kept!.Length, _keptStart + Math.Max(_options.MaxUnconsumedBytes, _keptEnd - _keptStart + 1)) - _keptEnd;
        int received;
        fixed (byte* pointer = &_kept[_keptEnd]) received = ReceiveOnce(pointer, room);
        if (received <= 0) return;
        NoteShortRead(received, room);
        _keptEnd += received;
        DeliverKept();
    }

    private void OfferOrTellEnd()
    {
        if (Has(State.OfferKept))
        {
            _state &= ~State.OfferKept;
            if (_kept is not null) DeliverKept();
        }
        else
        {
            _state &= ~State.EndOfInputDue;
            if (!Has(State.Lingering)) _handler.OnEndOfInput(this);
            else if (Has(State.Dropping)) CloseNow(_closeReason);
        }
    }

    /// <summary>
    /// epoll(7): on a stream, a read that returns less than was asked for has emptied the buffer, and what comes later is announced. Not so once a hang-up was
    /// announced: its end of input still has to be met.
    /// </summary>
    private void NoteShortRead(int received, int room)
    {
        if (received < room && !Has(State.HangUp)) _state &= ~State.MayHaveInput;
    }

    /// <summary>One read. Positive: bytes; 0: end of input; -1: nothing now, or the connection broke and is closed.</summary>
    private int ReceiveOnce(byte* pointer, int length)
    {
        while (true)
        {
            var received = SocketHandle.Receive(_descriptor, pointer, length);
            if (received > 0) return received;
            if (received == 0)
            {
                _state = (_state | State.EndOfInput | State.EndOfInputDue) & ~State.MayHaveInput;
                return 0;
            }

            var error = Errno.Last;
            if (error == Errno.EINTR) continue;
            _state &= ~State.MayHaveInput;
            if (error != Errno.EAGAIN) Abort(CloseReason.PeerReset);
            return -1;
        }
    }

    private void Deliver(byte* pointer, int length)
    {
        if (Has(State.Lingering))
        {
            Drop(length);
            return;
        }

        int consumed;
        _net.IsReceiveBufferInUse = true;
        try
        {
            consumed = _handler.OnData(this, new Span<byte>(pointer, length));
        }
        finally
        {
            _net.IsReceiveBufferInUse = false;
        }

        if (consumed == length || Has(State.Closed | State.Closing)) return;
        if ((uint)consumed > (uint)length) ThrowConsumedTooMuch(consumed, length);
        PutInFront(new ReadOnlySpan<byte>(pointer + consumed, length - consumed));
        CheckUnconsumed();
    }

    /// <summary>Offers the kept bytes.</summary>
    private void DeliverKept()
    {
        if (Has(State.Lingering))
        {
            ReleaseKept();
            return;
        }

        // Set aside during the call: the handler may read on, or put bytes back, and those come behind these.
        var (kept, start, end) = (_kept!, _keptStart, _keptEnd);
        _kept = null;
        int consumed;
        fixed (byte* pointer = kept) consumed = _handler.OnData(this, new Span<byte>(pointer + start, end - start));
        if ((uint)consumed > (uint)(end - start)) ThrowConsumedTooMuch(consumed, end - start);
        start += consumed;

        if (start == end || Has(State.Closed | State.Closing))
        {
            ArrayPool<byte>.Shared.Return(kept);
            return;
        }

        if (_kept is null)
        {
            (_kept, _keptStart, _keptEnd) = (kept, start, end);
        }
        else
        {
            PutInFront(kept.AsSpan(start, end - start));
            ArrayPool<byte>.Shared.Return(kept);
        }

        CheckUnconsumed();
    }

    /// <summary>A handler that waits for more must not wait for more than it is allowed. One that paused will be offered these again and decides then.</summary>
    private void CheckUnconsumed()
    {
        if (_keptEnd - _keptStart >= _options.MaxUnconsumedBytes && !Has(State.InputPaused | State.OfferKept)) Abort(CloseReason.InputOverflow);
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        _kept = ArrayPool<byte>.Shared.Rent(rest.Length);
        rest.CopyTo(_kept);
        _keptStart = 0;
        _keptEnd = rest.Length;
    }

    private int TakeKept(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _keptEnd - _keptStart);
        _kept.AsSpan(_keptStart, count).CopyTo(destination);
        _keptStart += count;
        if (_keptStart == _keptEnd) ReleaseKept();
        return count;
    }

    /// <summary>Room behind the kept bytes for the next read: a compaction or a bigger buffer.</summary>
    private void MakeRoom()
    {
        var kept = _kept!;
        var length = _keptEnd - _keptStart;
        if (kept.Length - _keptEnd >= Math.Min(SmallestRead, length)) return;
        if (kept.Length - length >= Math.Min(SmallestRead, length))
        {
            kept.AsSpan(_keptStart, length).CopyTo(kept);
        }
        else
        {
            _kept = ArrayPool<byte>.Shared.Rent(Math.Max(2 * length, SmallestRead));
            kept.AsSpan(_keptStart, length).CopyTo(_kept);
            ArrayPool<byte>.Shared.Return(kept);
        }

        _keptStart = 0;
        _keptEnd = length;
    }

    private void ReleaseKept()
    {
        if (_kept is null) return;
        ArrayPool<byte>.Shared.Return(_kept);
        _kept = null;
        _keptStart = _keptEnd = 0;
    }

    private void ContinueReadingLater()
    {
        if (Has(State.ReadScheduled | State.Closed)) return;
        _state |= State.ReadScheduled;

        // A send would fail and end the connection before the rest of its input was read.
        if (Has(State.Broken)) _state |= State.OutputBlocked;
        _net.Loop.Post(static state => ((Connection)state!).ContinueReading(), this);
    }

    private void ContinueReading()
    {
        _state &= ~State.ReadScheduled;
        if (Has(State.Broken)) _state &= ~State.OutputBlocked;
        if (!Has(State.Closed)) Receive();
    }

    private static void ThrowNoDestination() => throw new ArgumentException("There has to be room for a byte.", "destination");

    private static void ThrowConsumedTooMuch(int consumed, int length)
        => throw new InvalidOperationException($"OnData returned {consumed}; it was offered {length} bytes.");
}
