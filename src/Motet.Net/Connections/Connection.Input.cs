using System.Buffers;
using System.Diagnostics;

namespace Motet.Net;

public sealed unsafe partial class Connection
{
    // Bytes that arrived and were not consumed; null while there are none.
    private byte[]? _kept;
    private int _keptStart;
    private int _keptEnd;

    /// <summary>Whether input is paused: the handler gets no data, and the peer is held back by its flow control once the kernel's buffer is full.</summary>
    public bool IsInputPaused => Has(State.InputPaused);

    /// <summary>Stops calling the handler with data until <see cref="ResumeInput"/>. What the current callback does not consume is kept.</summary>
    public void PauseInput() => _state = (_state | State.InputPaused) & ~State.InputDue;

    /// <summary>Goes on calling the handler with data, beginning with what was kept. Outside a callback the handler may be called before this returns.</summary>
    public void ResumeInput()
    {
        if (!Has(State.InputPaused)) return;
        _state &= ~State.InputPaused;
        if (Has(State.InCallback | State.Closed))
        {
            _state |= State.InputDue;
            return;
        }

        EnterCallback();
        try
        {
            DeliverKept();
            if (Has(State.MayHaveInput) && !Has(State.InputPaused)) ReceiveAll();
            else TellEndOfInput();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        LeaveCallback();
    }

    /// <summary>
    /// Takes bytes that have arrived, without waiting. For when input is paused, or from within <see cref="ConnectionHandler.OnData"/>'s handler after it paused.
    /// </summary>
    /// <param name="destination">Where the bytes go; at least one byte long.</param>
    /// <returns>How many bytes were taken; 0 at the end of input; -1 when there are none now.</returns>
    /// <exception cref="ConnectionClosedException">The connection is closed, or the peer reset it.</exception>
    public int Read(Span<byte> destination)
    {
        if (_kept is not null) return TakeKept(destination);
        if (Has(State.EndOfInput)) return 0;
        if (Has(State.Closed)) ThrowClosed();
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

    /// <summary>Puts bytes back that were read and turned out to belong to what comes next: the next read, or the handler, gets them first.</summary>
    /// <param name="data">The bytes; they are copied.</param>
    public void Unread(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || Has(State.Closed)) return;
        if (!Has(State.InputPaused)) _state |= State.InputDue;
        PutBack(data);
    }

    private void PutBack(ReadOnlySpan<byte> data)
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

    /// <summary>Reads until the kernel has no more, the handler pauses, or the budget of one turn is used.</summary>
    private void ReceiveAll()
    {
        for (var reads = 0; reads < ReadsPerTurn; reads++)
        {
            if (Has(State.EndOfInput))
            {
                TellEndOfInput();
                return;
            }

            int received, room;
            if (_kept is null)
            {
                room = _net.ReceiveLength;
                received = ReceiveOnce(_net.ReceivePointer, room);
                if (received > 0)
                {
                    NoteShortRead(received, room);
                    Deliver(_net.ReceivePointer, received);
                }
            }
            else
            {
                if (!MakeRoom()) return;
                room = _kept.Length - _keptEnd;
                fixed (byte* pointer = &_kept[_keptEnd]) received = ReceiveOnce(pointer, room);
                if (received > 0)
                {
                    NoteShortRead(received, room);
                    _keptEnd += received;
                    DeliverKept();
                }
            }

            if (received <= 0)
            {
                if (received == 0) TellEndOfInput();
                return;
            }

            if (Has(State.InputPaused | State.Closed) || !Has(State.MayHaveInput)) return;
        }

        ContinueReadingLater();
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
                _state = (_state | State.EndOfInput) & ~State.MayHaveInput;
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

        var consumed = _handler.OnData(this, new Span<byte>(pointer, length));
        Debug.Assert((uint)consumed <= (uint)length, "A handler consumed more than there is.");
        if (consumed < length && !Has(State.Closed)) PutBack(new ReadOnlySpan<byte>(pointer + consumed, length - consumed));
    }

    /// <summary>Offers the kept bytes until they are consumed, or the handler wants more first, or none.</summary>
    private void DeliverKept()
    {
        if (_kept is null || Has(State.InputPaused | State.Closed)) return;
        if (Has(State.Lingering))
        {
            ReleaseKept();
            return;
        }

        // Set aside during the call: the handler may read on, or put bytes back, and those come behind these.
        _state &= ~State.InputDue;
        var (kept, start, end) = (_kept, _keptStart, _keptEnd);
        _kept = null;
        int consumed;
        fixed (byte* pointer = kept) consumed = _handler.OnData(this, new Span<byte>(pointer + start, end - start));
        start += consumed;

        if (start == end || Has(State.Closed))
        {
            ArrayPool<byte>.Shared.Return(kept);
        }
        else if (_kept is null)
        {
            (_kept, _keptStart, _keptEnd) = (kept, start, end);
        }
        else
        {
            PutBack(kept.AsSpan(start, end - start));
            ArrayPool<byte>.Shared.Return(kept);
        }
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

    /// <summary>Room behind the kept bytes for the next read: a compaction or a bigger buffer, up to the limit.</summary>
    private bool MakeRoom()
    {
        var kept = _kept!;
        if (_keptEnd < kept.Length) return true;

        var length = _keptEnd - _keptStart;
        if (_keptStart > 0)
        {
            kept.AsSpan(_keptStart, length).CopyTo(kept);
        }
        else
        {
            if (length >= _options.MaxUnconsumedBytes)
            {
                Abort(CloseReason.InputOverflow);
                return false;
            }

            _kept = ArrayPool<byte>.Shared.Rent(Math.Min(length * 2, _options.MaxUnconsumedBytes));
            kept.AsSpan(0, length).CopyTo(_kept);
            ArrayPool<byte>.Shared.Return(kept);
        }

        _keptStart = 0;
        _keptEnd = length;
        return true;
    }

    private void ReleaseKept()
    {
        if (_kept is null) return;
        ArrayPool<byte>.Shared.Return(_kept);
        _kept = null;
        _keptStart = _keptEnd = 0;
    }

    private void TellEndOfInput()
    {
        if (!Has(State.EndOfInput) || Has(State.EndOfInputTold | State.InputPaused | State.InputDue | State.Closed)) return;
        _state |= State.EndOfInputTold;
        if (!Has(State.Lingering)) _handler.OnEndOfInput(this);
        else if (_head is null) CloseNow(_closeReason);
    }

    /// <summary>Input was resumed, or bytes were put back, within a callback: the handler has not seen all that is there.</summary>
    private void DeliverDue()
    {
        _state &= ~State.InputDue;
        DeliverKept();
        TellEndOfInput();
    }

    private void ContinueReadingLater()
    {
        if (Has(State.ReadScheduled | State.Closed)) return;
        _state |= State.ReadScheduled;
        _net.Loop.Post(
            static state =>
            {
                var connection = (Connection)state!;
                connection._state &= ~State.ReadScheduled;
                if (connection.Has(State.Closed | State.InputPaused) || !connection.Has(State.MayHaveInput | State.InputDue)) return;
                connection.EnterCallback();
                try
                {
                    if (connection.Has(State.InputDue)) connection.DeliverDue();
                    if (connection.Has(State.MayHaveInput) && !connection.Has(State.InputPaused | State.Closed)) connection.ReceiveAll();
                }
                catch (Exception exception)
                {
                    connection.Fail(exception);
                }

                connection.LeaveCallback();
            },
            this);
    }
}
