using System.Buffers;
using Motet.Polling;

namespace Motet.Net;

public sealed unsafe partial class Connection : IBufferWriter<byte>
{
    /// <summary>Pieces handed to the kernel in one gathering call; Linux allows 1024, and 16 of them already fill its usual send buffer.</summary>
    private const int MaxVectors = 16;

    // Output that waits, oldest first; null while there is none.
    private Segment? _head;
    private Segment? _tail;
    private int _pending;

    /// <summary>Bytes written that the kernel has not taken yet. Any thread; elsewhere than on the loop the answer may be old.</summary>
    public int Pending => _pending;

    /// <summary>
    /// Queues bytes without waiting; they are copied. They leave when the callback that wrote them returns, or else at the end of the loop's turn, together with all else written until then.
    /// Written to a closed connection they are dropped. More than <see cref="ConnectionOptions.MaxPendingBytes"/> end the connection with <see cref="CloseReason.OutputOverflow"/>.
    /// </summary>
    /// <param name="data">The bytes.</param>
    /// <exception cref="InvalidOperationException"><see cref="EndOutput"/> was called before.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var room = GetSpan(1);
            var count = Math.Min(room.Length, data.Length);
            data[..count].CopyTo(room);
            Advance(count);
            data = data[count..];
        }
    }

    /// <summary>Memory to write to, for <see cref="Advance"/>. Valid until then; nothing else may be written in between.</summary>
    /// <param name="sizeHint">The least number of bytes wanted.</param>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        var tail = _tail;
        if (tail is null || tail.Free < Math.Max(sizeHint, 1)) tail = AddSegment(sizeHint);
        return tail.FreeSpan;
    }

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _ = GetSpan(sizeHint);
        return _tail!.FreeMemory;
    }

    /// <summary>Queues what was written to the memory of <see cref="GetSpan"/>, as <see cref="Write"/> does.</summary>
    /// <param name="count">The number of bytes written.</param>
    public void Advance(int count)
    {
        var tail = _tail ?? throw new InvalidOperationException("Advance comes after GetSpan.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)tail.Free, nameof(count));
        tail.End += count;
        _pending += count;
        if (Has(State.InCallback)) return;
        OutputWritten();
    }

    /// <summary>
    /// No more output follows: when all that was written is sent, the peer reads the end. Input goes on.
    /// </summary>
    public void EndOutput()
    {
        if (Has(State.OutputEnded | State.Closed)) return;
        _state |= State.OutputEnded;
        if (_head is null) SocketHandle.ShutdownWrite(_descriptor);
    }

    /// <summary>Sends now what was written, instead of at the end of the callback or the turn.</summary>
    /// <returns>Whether the kernel took everything.</returns>
    public bool Flush()
    {
        while (_head is not null)
        {
            if (Has(State.OutputBlocked | State.Closed)) return false;
            if (_pending == 0) break;
            var sent = _head.Next is null ? SocketHandle.Send(_descriptor, _head.Pointer + _head.Start, _head.Length) : SendMany();
            if (sent >= 0) Release(sent);
            else if (!KeepTrying(Errno.Last)) return false;
        }

        ReleaseOutput();
        if (!Has(State.Closed)) OutputIsSent();
        return true;
    }

    internal void FlushDeferred()
    {
        _state &= ~State.Dirty;
        if (Has(State.Closed | State.OutputBlocked)) return;
        EnterCallback();
        LeaveCallback();
    }

    private Segment AddSegment(int sizeHint)
    {
        if (Has(State.OutputEnded | State.Closing)) ThrowOutputEnded();
        if (!_pullWriteRest.IsEmpty) AbsorbPendingWrite();
        var segment = sizeHint <= Segment.Size ? _net.Segments.Rent() : new Segment(sizeHint);
        if (_tail is null)
        {
            _head = segment;
        }
        else
        {
            // A full queue is worth a try at once: what the kernel takes now need not be stored.
            if (_pending >= _options.HighWatermark && !Has(State.OutputBlocked)) TrySendSome();
            if (_pending > _options.MaxPendingBytes) Abort(CloseReason.OutputOverflow);
            if (_tail is null) _head = segment;
            else _tail.Next = segment;
        }

        return _tail = segment;
    }

    private void OutputWritten()
    {
        if (Has(State.Closed))
        {
            ReleaseOutput();
            return;
        }

        if (Has(State.Dirty | State.OutputBlocked)) return;
        _state |= State.Dirty;
        _net.FlushAtEndOfTurn(this);
    }

    private void TrySendSome()
    {
        while (_head is not null && _pending >= _options.HighWatermark / 2)
        {
            if (Has(State.OutputBlocked | State.Closed)) return;
            var sent = SendMany();
            if (sent >= 0) Release(sent);
            else if (!KeepTrying(Errno.Last)) return;
        }
    }

    /// <summary>All segments, up to the limit, and then <paramref name="more"/>, in one system call.</summary>
    private long SendMany(byte* more = null, int moreLength = 0)
    {
        var vectors = stackalloc IoVector[MaxVectors + 1];
        var count = 0;
        var segment = _head;
        for (; segment is not null && count < MaxVectors; segment = segment.Next)
        {
            if (segment.Length == 0) continue;
            vectors[count].Base = segment.Pointer + segment.Start;
            vectors[count++].Length = (nuint)segment.Length;
        }

        if (moreLength > 0 && segment is null)
        {
            vectors[count].Base = more;
            vectors[count++].Length = (nuint)moreLength;
        }

        return count == 0 ? 0 : count == 1 ? SocketHandle.Send(_descriptor, vectors[0].Base, (int)vectors[0].Length) : SocketHandle.Send(_descriptor, vectors, count);
    }

    /// <summary>Gives back what was sent. What is left of <paramref name="sent"/> afterwards went out of the caller's own memory.</summary>
    private int Release(long sent)
    {
        ProgressMade();
        while (_head is not null && sent >= _head.Length)
        {
            var head = _head;
            sent -= head.Length;
            _pending -= head.Length;
            _head = head.Next;
            if (_head is null) _tail = null;
            _net.Segments.Return(head);
        }

        if (_head is null) return (int)sent;
        _head.Start += (int)sent;
        _pending -= (int)sent;
        return 0;
    }

    /// <summary>After a failed send: whether to try again at once.</summary>
    private bool KeepTrying(int error)
    {
        if (error == Errno.EINTR) return true;
        if (error == Errno.EAGAIN || error == Errno.ENOBUFS)
        {
            _state |= State.OutputBlocked;
            StartWriteDeadline();
            if (!Has(State.WatchesOutput) && !Token.IsNone)
            {
                _state |= State.WatchesOutput;
                _net.Loop.ChangeInterest(this, Interest.Readable | Interest.Writable);
            }

            return false;
        }

        Abort(CloseReason.PeerReset);
        return false;
    }

    /// <summary>The queue is empty: whoever waits for that goes on.</summary>
    private void OutputIsSent()
    {
        var waited = _writeDeadline != 0;
        _writeDeadline = 0;
        if (_pullWrite is { IsPending: true } && !ContinueWrite()) return;
        if (_head is not null || Has(State.Closed)) return;

        if (Has(State.OutputEnded)) SocketHandle.ShutdownWrite(_descriptor);
        if (Has(State.Closing))
        {
            FinishClosing();
            return;
        }

        if (waited) _handler.OnDrained(this);
    }

    private void ReleaseOutput()
    {
        for (var segment = _head; segment is not null;)
        {
            var next = segment.Next;
            segment.Next = null;
            _net.Segments.Return(segment);
            segment = next;
        }

        _head = _tail = null;
        _pending = 0;
    }

    private static void ThrowOutputEnded() => throw new InvalidOperationException("The output of this connection was ended; nothing can follow.");
}
