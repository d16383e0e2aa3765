namespace Motet.Runtime.Testing;

/// <summary>
/// One direction of a connection: bytes that are held, writes whose bytes found no room yet, and reads that wait. Bytes leave in the order held bytes, first write, second write, …; whenever something
/// changes, reads are served from there and the room is filled up again.
/// </summary>
internal sealed class MemoryPipe(MemoryConnectionOptions options)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte> _held = new();
    private readonly LinkedList<PipeOperation> _writes = new();
    private readonly LinkedList<PipeOperation> _reads = new();
    private readonly List<byte> _recording = [];
    private PipeError _readerError;
    private PipeError _writerError;
    private bool _isEnded;
    private Func<int, int>? _readSize;
    private long _takenBytes;

    internal Func<int, int>? ReadSize
    {
        get
        {
            lock (_gate) return _readSize;
        }
        set
        {
            lock (_gate) _readSize = value;
        }
    }

    internal long TakenBytes
    {
        get
        {
            lock (_gate) return _takenBytes;
        }
    }

    internal byte[] GetRecording()
    {
        lock (_gate) return [.. _recording];
    }

    internal Task<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = new PipeOperation(destination, default);
        lock (_gate)
        {
            if (_readerError != PipeError.None) throw Describe(_readerError);
            _reads.AddLast(read);
            Serve();
        }

        return WaitAsync(_reads, read, cancellationToken);
    }

    internal Task WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        var write = new PipeOperation(default, source);
        lock (_gate)
        {
            if (_writerError != PipeError.None) throw Describe(_writerError);
            if (source.IsEmpty) return Task.CompletedTask;
            _writes.AddLast(write);
            Serve();
        }

        return WaitAsync(_writes, write, cancellationToken);
    }

    /// <summary>No further write; those that wait are still read.</summary>
    internal void End()
    {
        lock (_gate)
        {
            if (_writerError != PipeError.None) return;
            _writerError = PipeError.Ended;
            _isEnded = true;
            Serve();
        }
    }

    /// <summary>No further write, and an end of those that wait.</summary>
    internal void CloseWriter()
    {
        lock (_gate)
        {
            _writerError = PipeError.Disposed;
            _isEnded = true;
            FailAll(_writes, _writerError);
            Serve();
        }
    }

    /// <summary>No further operation; what was not read is lost.</summary>
    internal void Break(PipeError readerError, PipeError writerError)
    {
        lock (_gate)
        {
            // A side that has disposed itself stays so, whatever the other does.
            if (_readerError != PipeError.Disposed) _readerError = readerError;
            if (_writerError != PipeError.Disposed) _writerError = writerError;
            _held.Clear();
            FailAll(_reads, _readerError);
            FailAll(_writes, _writerError);
        }
    }

    private static Exception Describe(PipeError error) => error switch
    {
        PipeError.Disposed => new ObjectDisposedException(nameof(MemoryConnection)),
        PipeError.Ended => new InvalidOperationException("The output of this end has been ended."),
        PipeError.Closed => new IOException("The peer has closed the connection."),
        _ => new IOException("The peer has aborted the connection."),
    };

    private static void FailAll(LinkedList<PipeOperation> operations, PipeError error)
    {
        foreach (var operation in operations) operation.Fail(Describe(error));
        operations.Clear();
    }

    private async Task<int> WaitAsync(LinkedList<PipeOperation> queue, PipeOperation operation, CancellationToken cancellationToken)
    {
        if (operation.Task.IsCompleted || !cancellationToken.CanBeCanceled) return await operation.Task;
        var registration = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                // What is not in the queue any more has got its result.
                lock (_gate)
                {
                    if (queue.Remove(operation)) operation.Cancel(token);
                }
            },
            null);
        await using (registration) return await operation.Task;
    }

    private void Serve()
    {
        do
        {
            Hold();
        }
        while (ServeFirstRead());
    }

    private bool ServeFirstRead()
    {
        if (_reads.First is not { Value: var read }) return false;
        var available = _held.Count;
        foreach (var write in _writes) available += Math.Min(write.Source.Length, Array.MaxLength - available);
        if (available == 0 && !_isEnded) return false;
        _reads.RemoveFirst();
        try
        {
            read.Complete(Give(read.Destination.Span, Math.Min(available, read.Destination.Length)));
        }
        catch (Exception exception)
        {
            read.Fail(exception);
        }

        return true;
    }

    private int Give(Span<byte> destination, int possible)
    {
        if (possible == 0) return 0;
        var count = _readSize is null ? possible : Math.Clamp(_readSize(possible), 1, possible);
        for (var i = 0; i < count; i++)
        {
            if (_held.TryDequeue(out destination[i])) continue;
            var taken = Take(Math.Min(count - i, _writes.First!.Value.Source.Length));
            taken.CopyTo(destination[i..]);
            i += taken.Length - 1;
            CompleteFirstWrite();
        }

        return count;
    }

    /// <summary>Fills the room with bytes of writes.</summary>
    private void Hold()
    {
        while (_writes.First is { Value: var write } && _held.Count < options.Capacity)
        {
            foreach (var value in Take(Math.Min(write.Source.Length, options.Capacity - _held.Count))) _held.Enqueue(value);
            CompleteFirstWrite();
        }
    }

    /// <summary>Takes bytes of the first write: from here on they are sent.</summary>
    private ReadOnlySpan<byte> Take(int count)
    {
        var write = _writes.First!.Value;
        var taken = write.Source.Span[..count];
        write.Source = write.Source[count..];
        _takenBytes += count;
        _recording.AddRange(taken[..Math.Min(count, options.RecordingLimit - _recording.Count)]);
        return taken;
    }

    private void CompleteFirstWrite()
    {
        var write = _writes.First!.Value;
        if (!write.Source.IsEmpty) return;
        _writes.RemoveFirst();
        write.Complete(0);
    }
}
