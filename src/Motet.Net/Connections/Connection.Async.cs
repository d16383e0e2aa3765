using Motet.Runtime;

namespace Motet.Net;

public sealed unsafe partial class Connection
{
    /// <summary>
    /// Bytes that one reader or writer may move without waiting once: after that its operation completes through the loop's queue, so that others have their turn. Each
    /// operation counts <see cref="OperationCost"/> on top, what its system call costs compared to copying.
    /// </summary>
    private const int BytesPerTurn = 256 * 1024;

    private const int OperationCost = 1024;

    /// <summary>
    /// Reads what has arrived, or waits for it. For when input is paused. Cancelled with the current <see cref="CancelScope"/>; a cancelled read took no bytes. With an empty
    /// <paramref name="destination"/> it completes when there is something to read (and may do so in error). One read at a time. Loop thread only.
    /// </summary>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of bytes; 0 at the end of input.</returns>
    /// <exception cref="ConnectionClosedException">The connection is closed or closing, or the peer reset it.</exception>
    /// <exception cref="InvalidOperationException">Another read waits.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<int>(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (PullRead is { IsPending: true }) throw new InvalidOperationException("A read of this connection is under way.");

        PullRead ??= new ReadOperation(this);
        var yields = PullRead.Moved >= BytesPerTurn && (_kept is not null || Has(State.MayHaveInput)) && !Has(State.Closed | State.Closing);
        if (yields)
        {
            ContinueReadingLater();
        }
        else
        {
            int read;
            try
            {
                read = ReadNow(destination);
            }
            catch (ConnectionClosedException exception)
            {
                return ValueTask.FromException<int>(exception);
            }

            if (read >= 0)
            {
                PullRead.Moved += read + OperationCost;
                return new ValueTask<int>(read);
            }
        }

        if (Has(State.ClosesOnWait) && !yields)
        {
            Close(CloseReason.Shutdown);
            return ValueTask.FromException<int>(new ConnectionClosedException(_closeReason));
        }

        PullRead.Start();
        PullRead.Destination = destination;
        PullRead.OnCancel(cancellationToken);
        return new ValueTask<int>(PullRead, PullRead.Version);
    }

    /// <summary>
    /// Writes; waits while more than <see cref="ConnectionOptions.HighWatermark"/> bytes wait to be sent. The memory must stay as it is until the
    /// operation completes. Large writes go to the kernel from it without a copy. Cancelled with the current <see cref="CancelScope"/>; a write that was cancelled sent nothing; once a first byte of it is under way it
    /// can only complete or fail (<see cref="ConnectionOptions.WriteTimeout"/> bounds that). One waiting write at a time; what <see cref="Write"/> queues meanwhile follows it. Loop thread only.
    /// </summary>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ConnectionClosedException">The connection is closed or closing, or the peer reset it.</exception>
    /// <exception cref="InvalidOperationException">Another write waits, or <see cref="EndOutput"/> was called before.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        var write = WriteUninterruptedAsync(data);
        if (!write.IsCompleted && !PullWrite!.HasBegun) PullWrite.OnCancel(cancellationToken);
        return write;
    }

    /// <summary>
    /// Writes like <see cref="WriteAsync"/> what cannot be cancelled, because something in front of it is on the way already: neither by a token nor by a <see cref="CancelScope"/>. <see cref="ConnectionOptions.WriteTimeout"/> bounds it. Loop thread only.
    /// </summary>
    /// <param name="data">The bytes.</param>
    /// <exception cref="ConnectionClosedException">The connection is closed or closing, or the peer reset it.</exception>
    /// <exception cref="InvalidOperationException">Another write waits, or <see cref="EndOutput"/> was called before.</exception>
    public ValueTask WriteUninterruptedAsync(ReadOnlyMemory<byte> data)
    {
        if (Has(State.Closed | State.Closing)) return ValueTask.FromException(new ConnectionClosedException(_closeReason));
        ThrowIfWriting();
        if (Has(State.OutputEnded)) ThrowOutputEnded();

        if (_pending + data.Length <= _options.HighWatermark)
        {
            Write(data.Span);
            return default;
        }

        PullWrite ??= new WriteOperation(this);
        var rest = SendDirectly(data);
        if (rest.IsEmpty)
        {
            PullWrite.Moved += data.Length + OperationCost;
            return PullWrite.Moved < BytesPerTurn ? default : CompleteWriteLater();
        }

        if (Has(State.Closed)) return ValueTask.FromException(new ConnectionClosedException(_closeReason));

        PullWrite.Start();
        PullWrite.Rest = rest;
        PullWrite.HasBegun = rest.Length != data.Length;
        _state |= State.WriteWaits;
        return new ValueTask(PullWrite, PullWrite.Version);
    }

    /// <summary>Whether <see cref="WriteAsync"/> of so many bytes would complete at once. Loop only.</summary>
    /// <param name="length">The number of bytes.</param>
    public bool HasRoomFor(int length) => _pending + length <= _options.HighWatermark && !Has(State.WriteWaits);

    /// <summary>
    /// The connection as a <see cref="Stream"/>, for everything that takes one. Input must be paused, and stay so. Its operations may be called from any thread; called on the loop
    /// they do not leave it. Disposing the stream closes the connection. Any thread.
    /// </summary>
    public Stream AsStream() => new ConnectionStream(this);

    /// <summary>Closes the connection when its reader waits for more: now or later.</summary>
    internal void CloseWhenItWaits()
    {
        if (PullRead is { IsPending: true }) Close(CloseReason.Shutdown);
        else _state |= State.ClosesOnWait;
    }

    private int ReadNow(Memory<byte> destination)
    {
        if (!destination.IsEmpty) return Read(destination.Span);
        if (_kept is not null || Has(State.EndOfInput)) return 0;
        if (Has(State.Closed | State.Closing)) ThrowClosed();
        return Has(State.MayHaveInput) ? 0 : -1;
    }

    /// <summary>The descriptor became readable while a read waited.</summary>
    private void ContinueRead()
    {
        if (!PullRead!.IsPending) return;
        int read;
        try
        {
            read = ReadNow(PullRead.Destination);
        }
        catch (ConnectionClosedException exception)
        {
            PullRead.Destination = default;
            PullRead.Fail(exception);
            return;
        }

        if (read < 0) return;
        PullRead.Destination = default;
        PullRead.Complete(read);
    }

    /// <summary>Sends what is queued and then the data, straight from its own memory.</summary>
    private ReadOnlyMemory<byte> SendDirectly(ReadOnlyMemory<byte> data)
    {
        fixed (byte* pointer = data.Span)
        {
            var offset = 0;
            while (offset < data.Length && !Has(State.OutputBlocked | State.Closed))
            {
                var sent = SendMany(pointer + offset, data.Length - offset);
                if (sent >= 0) offset += Release(sent);
                else if (!KeepTrying(Errno.Last)) break;
            }

            return data[offset..];
        }
    }

    /// <summary>Goes on with a write that waited, when nothing is queued in front of it.</summary>
    /// <returns>Whether the kernel took all of it.</returns>
    private bool SendRest()
    {
        var write = PullWrite!;
        var before = write.Rest.Length;
        write.Rest = SendDirectly(write.Rest);
        write.HasBegun |= write.Rest.Length != before;
        if (!write.Rest.IsEmpty) return false;
        _state &= ~State.WriteWaits;
        return true;
    }

    /// <summary>Something is written behind a write that waits: its rest is sent or stored first, so that the order stays.</summary>
    private void AbsorbWaitingWrite()
    {
        if (!Has(State.OutputBlocked) && SendRest()) return;
        var rest = PullWrite!.Rest;
        PullWrite.Rest = default;
        PullWrite.HasBegun = true;
        _state &= ~State.WriteWaits;
        Write(rest.Span);
    }

    private ValueTask CompleteWriteLater()
    {
        PullWrite!.Start();
        PullWrite.HasBegun = true;
        EventLoop.Post(
            static state =>
            {
                var connection = (Connection)state!;
                if (connection.PullWrite is not { IsPending: true } || connection.Has(State.OutputWaited | State.Closed)) return;
                connection.EnterCallback();
                connection.PullWrite.Complete(0);
                connection.LeaveCallback();
            },
            this);
        return new ValueTask(PullWrite, PullWrite.Version);
    }

    /// <summary>A token fired, or the scope was cancelled: the operation is taken back, if it is still the same one that waits and nothing of it has happened.</summary>
    internal void CancelPending(LoopOperation operation, short version, OperationCanceledException exception)
    {
        if (!operation.IsPending || operation.Version != version) return;
        switch (operation)
        {
            case ReadOperation read:
                read.Destination = default;
                break;
            case WriteOperation { HasBegun: true } or FileWrite { HasBegun: true }:
                return;
            case FileWrite:
                TakeFileBack();
                break;
            case WriteOperation write:
                write.Rest = default;
                _state &= ~State.WriteWaits;
                break;
        }

        EnterCallback();
        operation.Fail(exception);
        LeaveCallback();
    }

    private void FailPendingOperations()
    {
        FailPendingRead();
        if (FileInQueue is { IsPending: true } file) file.Fail(file.Error ?? new ConnectionClosedException(_closeReason));
        if (PullWrite is not { IsPending: true } write) return;
        write.Rest = default;
        write.Fail(new ConnectionClosedException(_closeReason));
    }

    private void FailPendingRead()
    {
        if (PullRead is not { IsPending: true } read) return;
        read.Destination = default;
        read.Fail(new ConnectionClosedException(_closeReason));
    }

    private void ThrowIfWriting()
    {
        if (PullWrite is { IsPending: true } || FileInQueue is { IsPending: true }) throw new InvalidOperationException("A write of this connection is under way.");
    }

    private void ThrowClosed() => throw new ConnectionClosedException(_closeReason);
}
