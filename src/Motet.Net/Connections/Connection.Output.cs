using System.Buffers;
using System.Runtime.InteropServices;
using Motet.Polling;

namespace Motet.Net;

public sealed unsafe partial class Connection : IBufferWriter<byte>
{
    /// <summary>Pieces handed to the kernel in one gathering call; Linux allows 1024, and 16 of them already fill its usual send buffer.</summary>
    private const int MaxVectors = 16;

    /// <summary>Shared memory of at most so many bytes is copied behind what waits already: less than what a second piece costs the gathering call.</summary>
    private const int LongestCopied = 1024;

    // Output that waits, oldest first; null while there is none.
    private Segment? _head;
    private Segment? _tail;
    private int _pending;

    /// <summary>Bytes written that the kernel has not taken yet, without those of files, which cost no memory. Any thread; elsewhere than on the loop the answer may be old.</summary>
    public int Pending => _pending + (PullWrite?.Rest.Length ?? 0);

    /// <summary>
    /// Queues bytes without waiting; they are copied. They leave when the callback that wrote them returns, or else at the end of the loop's turn, together with all else written until then.
    /// Written to a connection that is closed or closing they are dropped. More than <see cref="ConnectionOptions.MaxPendingBytes"/> end the connection with <see cref="CloseReason.OutputOverflow"/>.
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

    /// <summary>
    /// Queues memory that many connections send, and that must not change any more, without copying it; a short piece that follows other output is copied to that, so that both leave from one place. For the rest as <see cref="Write"/>.
    /// </summary>
    /// <param name="data">The memory, all of it; ordinary memory of the collector, which keeps it as long as it waits here.</param>
    /// <exception cref="InvalidOperationException"><see cref="EndOutput"/> was called before.</exception>
    public void WriteShared(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (_tail is not null && data.Length <= LongestCopied)
        {
            Write(data);
            return;
        }

        if (data.Length == 0 || !MayAddSegment()) return;
        Append(_net.Segments.RentPlace(data));
        _pending += data.Length;
        if (!Has(State.InCallback)) OutputWritten();
    }

    /// <summary>Memory to write to, for <see cref="Advance"/>. Valid until then; nothing else may be written in between.</summary>
    /// <param name="sizeHint">The least number of bytes wanted.</param>
    /// <exception cref="InvalidOperationException"><see cref="EndOutput"/> was called before.</exception>
    public Span<byte> GetSpan(int sizeHint = 0) => GetRoom(sizeHint).FreeSpan;

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int sizeHint = 0) => GetRoom(sizeHint).FreeMemory;

    /// <summary>Queues what was written to the memory of <see cref="GetSpan"/>, as <see cref="Write"/> does.</summary>
    /// <param name="count">The number of bytes written.</param>
    /// <exception cref="InvalidOperationException">No memory was asked for.</exception>
    public void Advance(int count)
    {
        if (Has(State.Closed | State.Closing)) return;
        var tail = _tail ?? throw new InvalidOperationException("Advance comes after GetSpan.");
        if (count < 0 || count > tail.Free) throw new ArgumentOutOfRangeException(nameof(count), count, "There is not so much room: ask for it with GetSpan.");
        tail.End += count;
        _pending += count;
        if (!Has(State.InCallback)) OutputWritten();
    }

    /// <summary>
    /// No more output follows: when all that was written is sent, the peer reads the end. Input goes on.
    /// </summary>
    public void EndOutput()
    {
        if (Has(State.OutputEnded | State.Closing | State.Closed)) return;
        _state |= State.OutputEnded;
        if (Pending == 0 && !Has(State.FileWaits)) SendEndOfOutput();
    }

    /// <summary>Sends now what was written, instead of at the end of the callback or the turn. Outside a callback the handler may be called before this returns.</summary>
    /// <returns>Whether the kernel took everything.</returns>
    public bool Flush()
    {
        if (Has(State.InCallback))
        {
            SendQueue();
        }
        else if (!Has(State.Closed))
        {
            EnterCallback();
            LeaveCallback();
        }

        return Pending == 0 && !Has(State.Closed | State.FileWaits);
    }

    internal void FlushDeferred()
    {
        _state &= ~State.Dirty;
        if (Has(State.Closed | State.OutputBlocked)) return;
        EnterCallback();
        LeaveCallback();
    }

    private Segment GetRoom(int sizeHint)
    {
        var tail = _tail;
        return tail is null || tail.Free < Math.Max(sizeHint, 1) || Has(State.WriteWaits | State.OutputEnded | State.Closing | State.Closed) ? AddSegment(sizeHint) : tail;
    }

    private Segment AddSegment(int sizeHint) => MayAddSegment() ? Append(_net.Segments.Rent(sizeHint)) : _net.RoomForDropped(sizeHint);

    private Segment Append(Segment segment)
    {
        if (_tail is null) _head = segment;
        else _tail.Next = segment;
        return _tail = segment;
    }

    /// <summary>Whether more output can be queued; if not, it is dropped.</summary>
    private bool MayAddSegment()
    {
        if (Has(State.Closing | State.Closed)) return false;
        if (Has(State.OutputEnded)) ThrowOutputEnded();
        if (Has(State.WriteWaits)) AbsorbWaitingWrite();

        // A full queue is worth a try at once: what the kernel takes now need not be stored.
        if (_pending >= _options.HighWatermark && !Has(State.OutputBlocked)) TrySendSome();
        if (_pending > _options.MaxPendingBytes) Abort(CloseReason.OutputOverflow);
        return !Has(State.Closing | State.Closed);
    }

    private void OutputWritten()
    {
        if (Has(State.Dirty | State.OutputBlocked)) return;
        _state |= State.Dirty;
        _net.FlushAtEndOfTurn(this);
    }

    /// <summary>Sends what is queued.</summary>
    /// <returns>Whether the kernel took all of it.</returns>
    private bool SendQueue()
    {
        while (_pending > 0 || Has(State.FileWaits))
        {
            if (Has(State.OutputBlocked | State.Closed)) return false;
            var head = _head!;
            if (head.File is not null)
            {
                if (!SendFile(head.File)) return false;
                continue;
            }

            var sent = head.Next is not null ? SendMany() : head.Shared is null ? SocketHandle.Send(_descriptor, head.Pointer + head.Start, head.Length) : SendShared(head);
            if (sent >= 0) Release(sent);
            else if (!KeepTrying(Errno.Last)) return false;
        }

        if (_head is not null) ReleaseOutput();
        return true;
    }

    private void TrySendSome()
    {
        while (_head is not null && _pending >= _options.HighWatermark / 2)
        {
            if (Has(State.OutputBlocked | State.Closed) || _head.File is not null) return;
            var sent = SendMany();
            if (sent >= 0) Release(sent);
            else if (!KeepTrying(Errno.Last)) return;
        }
    }

    private long SendShared(Segment segment)
    {
        fixed (byte* pointer = &segment.Shared![segment.Start]) return SocketHandle.Send(_descriptor, pointer, segment.Length);
    }

    /// <summary>All segments, up to the limit or to a file, and then <paramref name="more"/>, in one system call.</summary>
    private long SendMany(byte* more = null, int moreLength = 0)
    {
        var vectors = stackalloc IoVector[MaxVectors + 1];
        var pins = stackalloc GCHandle[MaxVectors];
        var pinned = 0;
        try
        {
            var count = 0;
            var segment = _head;
            for (; segment is not null && count < MaxVectors; segment = segment.Next)
            {
                if (segment.Length == 0)
                {
                    if (segment.File is null) continue;
                    return SendBeforeFile(vectors, count);
                }

                var pointer = segment.Pointer;
                if (segment.Shared is not null)
                {
                    pins[pinned] = GCHandle.Alloc(segment.Shared, GCHandleType.Pinned);
                    pointer = (byte*)pins[pinned++].AddrOfPinnedObject();
                }

                vectors[count].Base = pointer + segment.Start;
                vectors[count++].Length = (nuint)segment.Length;
            }

            if (moreLength > 0 && segment is null)
            {
                vectors[count].Base = more;
                vectors[count++].Length = (nuint)moreLength;
            }

            return count == 0 ? 0 : count == 1 ? SocketHandle.Send(_descriptor, vectors[0].Base, (int)vectors[0].Length) : SocketHandle.Send(_descriptor, vectors, count);
        }
        finally
        {
            // errno is not touched: the handles are the runtime's own.
            while (pinned > 0) pins[--pinned].Free();
        }
    }

    /// <summary>Gives back what was sent. What is left of <paramref name="sent"/> afterwards went out of the caller's own memory.</summary>
    private int Release(long sent)
    {
        Pace?.NoteSent(sent);
        while (_head is not null && sent >= _head.Length && _head.File is null)
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
            _state = (_state | State.OutputBlocked | State.OutputWaited) & ~State.OutputYields;
            CheckWritePace();
            if (Has(State.Closed)) return false;
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
        if (Has(State.WriteWaits) && !SendRest()) return;
        if (Has(State.OutputWaited))
        {
            _state &= ~State.OutputWaited;
            StopWritePace();
            try
            {
                TellOutputIsSent();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }

            if (_pending > 0 || Has(State.WriteWaits | State.FileWaits | State.Closed)) return;
        }

        if (Has(State.OutputEnded)) SendEndOfOutput();
        if (Has(State.Closing)) FinishClosing();
    }

    private void TellOutputIsSent()
    {
        if (PullWrite is { IsPending: true }) PullWrite.Complete(0);
        else if (FileInQueue is { IsPending: true } && !Has(State.FileWaits)) FileInQueue.Complete(0);
        if (_pending == 0 && !Has(State.WriteWaits | State.FileWaits | State.Closing | State.Closed)) _handler.OnDrained(this);
    }

    private void SendEndOfOutput()
    {
        if (Has(State.OutputEndSent)) return;
        _state |= State.OutputEndSent;
        SocketHandle.ShutdownWrite(_descriptor);
    }

    private void ReleaseOutput()
    {
        for (var segment = _head; segment is not null;)
        {
            var next = segment.Next;
            segment.Next = null;
            if (segment.File is null) _net.Segments.Return(segment);
            else LetGoOfFile(segment.File);
            segment = next;
        }

        _head = _tail = null;
        _pending = 0;
    }

    private static void ThrowOutputEnded() => throw new InvalidOperationException("The output of this connection was ended; nothing can follow.");
}
