using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>Files that go from the kernel's page cache to the socket without passing through this process.</summary>
public sealed unsafe partial class Connection
{
    /// <summary>Bytes of files that one connection sends before others have their turn. 1 MiB: a tenth of a millisecond or two, and 100 turns for a file of 100 MB.</summary>
    private const int FileBytesPerTurn = 1024 * 1024;

    /// <summary>Has files go through memory, as where the kernel cannot send them itself.</summary>
    internal bool CopiesFiles { get; set; } = !SocketHandle.HasSendFile;

    /// <summary>
    /// Sends a part of a file, behind everything written before and before everything written after. It goes from the page cache to the socket without a copy (<c>sendfile(2)</c>), or through 64 KiB of memory that the
    /// connections of a loop share where the kernel cannot do that. Waits until the kernel has taken all of it; a slow peer costs no memory. Cancelled with the current <see cref="CancelScope"/>: a part that was cancelled sent nothing; once a
    /// first byte of it is under way it can only complete or fail (<see cref="ConnectionOptions.WriteTimeout"/> bounds that). One waiting write at a time; what <see cref="Write"/> queues meanwhile follows it. Loop thread only.
    /// </summary>
    /// <remarks>
    /// What is not in the page cache is read from its disk while the loop waits. The kernel is asked to read ahead of a file of more than 1 MiB, which hides most of that on a local disk; for files on a slow network
    /// file system read them with <see cref="Offload"/> instead. A file that is made shorter meanwhile ends the connection: the peer must not take a part for the whole.
    /// </remarks>
    /// <param name="file">A regular file, open for reading. It may be closed before the operation completes; its descriptor stays open until then.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">The number of bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ConnectionClosedException">The connection is closed or closing, or the peer reset it.</exception>
    /// <exception cref="EndOfStreamException">The file ends before <paramref name="offset"/> + <paramref name="count"/>; the connection was aborted.</exception>
    /// <exception cref="IOException">The file cannot be read; the connection was aborted.</exception>
    /// <exception cref="InvalidOperationException">Another write waits, or <see cref="EndOutput"/> was called before.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public ValueTask SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        var write = SendFileUninterruptedAsync(file, offset, count);
        if (!write.IsCompleted && !FileInQueue!.HasBegun) FileInQueue.OnCancel(cancellationToken);
        return write;
    }

    /// <summary>
    /// Sends like <see cref="SendFileAsync"/> what cannot be cancelled, because something in front of it is on the way already: neither by a token nor by a <see cref="CancelScope"/>. Loop thread only.
    /// </summary>
    /// <inheritdoc cref="SendFileAsync"/>
    public ValueTask SendFileUninterruptedAsync(SafeFileHandle file, long offset, long count)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (Has(State.Closed | State.Closing)) return ValueTask.FromException(new ConnectionClosedException(_closeReason));
        ThrowIfWriting();
        if (Has(State.OutputEnded)) ThrowOutputEnded();
        if (count == 0) return default;

        Enqueue(file, offset, count);
        SendQueue();
        var write = FileInQueue!;
        if (Has(State.Closed)) return ValueTask.FromException(write.Error ?? new ConnectionClosedException(_closeReason));
        if (Has(State.FileWaits))
        {
            write.Start();
            return new ValueTask(write, write.Version);
        }

        if (write.Turn != _net.Loop.Now)
        {
            write.Turn = _net.Loop.Now;
            write.Moved = 0;
        }

        write.Moved += (int)Math.Min(count, FileBytesPerTurn) + OperationCost;
        return write.Moved < FileBytesPerTurn ? default : CompleteFileLater(write);
    }

    private void Enqueue(SafeFileHandle file, long offset, long count)
    {
        var write = FileInQueue ??= new FileWrite(this);
        var isHeld = false;
        file.DangerousAddRef(ref isHeld);
        write.Handle = file;
        write.Descriptor = (int)file.DangerousGetHandle();
        write.Offset = offset;
        write.Left = count;
        write.HasBegun = false;
        write.IsCopied = CopiesFiles;
        write.Error = null;

        if (_tail is null) _head = write.Place;
        else _tail.Next = write.Place;
        _tail = write.Place;
        _state |= State.FileWaits;
        if (count > FileBytesPerTurn) SocketHandle.ReadAhead(write.Descriptor, offset, 2 * FileBytesPerTurn);
    }

    /// <summary>Sends from the file at the head of the queue.</summary>
    /// <returns>Whether all of it was sent.</returns>
    private bool SendFile(FileWrite write)
    {
        for (long sentNow = 0; write.Left > 0;)
        {
            if (sentNow >= FileBytesPerTurn)
            {
                YieldOutput(write);
                return false;
            }

            var wanted = (int)Math.Min(write.Left, FileBytesPerTurn - sentNow);
            var sent = write.IsCopied ? CopyFile(write, wanted) : SocketHandle.SendFile(_descriptor, write.Descriptor, write.Offset, wanted);
            if (sent > 0)
            {
                Pace?.NoteSent(sent);
                write.HasBegun = true;
                write.Offset += sent;
                write.Left -= sent;
                sentNow += sent;
            }
            else if (sent == 0)
            {
                write.Error = new EndOfStreamException($"The file ends {write.Left} bytes before what was to be sent of it.");
            }
            else if (!KeepSending(write, Errno.Last))
            {
                return false;
            }

            if (write.Error is null) continue;

            // What follows cannot make up for what is missing: a reset tells the peer that it has not got everything.
            Abort();
            return false;
        }

        _head = write.Place.Next;
        if (_head is null) _tail = null;
        LetGoOfFile(write);
        return true;
    }

    /// <summary>Sends a piece of the file by way of memory. What the kernel does not take of it is read again next time, so that nothing is held while the peer is slow.</summary>
    private int CopyFile(FileWrite write, int wanted)
    {
        var buffer = _net.FileBuffer;
        int read;
        do
        {
            read = SocketHandle.ReadFile(write.Descriptor, buffer, Math.Min(wanted, NetLoop.FileBufferLength), write.Offset);
        }
        while (read < 0 && Errno.Last == Errno.EINTR);

        if (read < 0) write.Error = Unreadable(Errno.Last);
        return read <= 0 ? read : read < write.Left ? SocketHandle.SendBeforeMore(_descriptor, buffer, read) : SocketHandle.Send(_descriptor, buffer, read);
    }

    /// <summary>After a failed attempt to send from the file: whether to try again at once. What is wrong with the file itself is left in <see cref="FileWrite.Error"/>.</summary>
    private bool KeepSending(FileWrite write, int error)
    {
        if (write.Error is not null) return true;
        if (write.IsCopied) return KeepTrying(error);
        if (error == Errno.EINVAL || error == Errno.ENOSYS || error == Errno.EOPNOTSUPP)
        {
            // The file system cannot (sendfile(2)): then as everybody does.
            write.IsCopied = true;
            return true;
        }

        if (IsOfSocket(error)) return KeepTrying(error);
        write.Error = Unreadable(error);
        return true;
    }

    /// <summary>Whether <c>sendfile</c> failed for the connection; all else is the file's fault: a network file system that lost it, a disk that is broken.</summary>
    private static bool IsOfSocket(int error)
        => error is Errno.EINTR or Errno.EPIPE || error == Errno.EAGAIN || error == Errno.ENOBUFS || error == Errno.ECONNRESET || error == Errno.ECONNABORTED || error == Errno.ECONNREFUSED
            || error == Errno.ETIMEDOUT || error == Errno.EHOSTUNREACH || error == Errno.ENETUNREACH;

    private static IOException Unreadable(int error) => new($"The file cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");

    private long SendBeforeFile(IoVector* vectors, int count) => count switch
    {
        0 => 0,
        1 => SocketHandle.SendBeforeMore(_descriptor, vectors[0].Base, (int)vectors[0].Length),
        _ => SocketHandle.Send(_descriptor, vectors, count, moreFollows: true),
    };

    /// <summary>Goes on with sending in the next turn of the loop.</summary>
    private void YieldOutput(FileWrite write)
    {
        SocketHandle.ReadAhead(write.Descriptor, write.Offset + FileBytesPerTurn, FileBytesPerTurn);
        _state |= State.OutputBlocked | State.OutputWaited | State.OutputYields;
        if (Has(State.SendScheduled)) return;
        _state |= State.SendScheduled;
        _net.Loop.Post(static state => ((Connection)state!).ContinueSending(), this);
    }

    private void ContinueSending()
    {
        _state &= ~State.SendScheduled;

        // Meanwhile the kernel may have said that there is room, or that there is none.
        if (!Has(State.OutputYields) || Has(State.Closed)) return;
        _state &= ~(State.OutputYields | State.OutputBlocked);
        EnterCallback();
        LeaveCallback();
    }

    /// <summary>Nothing of the file was sent, and nothing will be.</summary>
    private void TakeFileBack()
    {
        var place = FileInQueue!.Place;
        Segment? before = null;
        for (var segment = _head; segment != place; segment = segment!.Next) before = segment;
        if (before is null) _head = place.Next;
        else before.Next = place.Next;
        if (_tail == place) _tail = before;
        LetGoOfFile(FileInQueue);
    }

    private void LetGoOfFile(FileWrite write)
    {
        _state &= ~State.FileWaits;
        write.Place.Next = null;
        write.Handle!.DangerousRelease();
        write.Handle = null;
    }

    private ValueTask CompleteFileLater(FileWrite write)
    {
        write.Start();
        write.HasBegun = true;
        EventLoop.Post(
            static state =>
            {
                var connection = (Connection)state!;
                if (connection.FileInQueue is not { IsPending: true } || connection.Has(State.OutputWaited | State.Closed | State.FileWaits)) return;
                connection.EnterCallback();
                connection.FileInQueue.Complete(0);
                connection.LeaveCallback();
            },
            this);
        return new ValueTask(write, write.Version);
    }
}
