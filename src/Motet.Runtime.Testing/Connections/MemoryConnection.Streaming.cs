namespace Motet.Runtime.Testing;

/// <summary>The stream's operations.</summary>
public sealed partial class MemoryConnection
{
    /// <summary>Reads what is there, or waits for the first byte; cancelled with the current <see cref="CancelScope"/>. With an empty destination it waits until a read would not.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Ends the wait; no byte was taken. Bytes that were given are returned all the same.</param>
    /// <returns>How many bytes were read; 0 at the end of the peer's output.</returns>
    /// <exception cref="IOException">The peer aborted the connection.</exception>
    /// <exception cref="ObjectDisposedException">This end is disposed, or is while the caller waits.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => new(CancelScope.CallAsync(token => ReadCoreAsync(buffer, token), cancellationToken));

    private async Task<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (BeforeRead is { } before) await before(cancellationToken);
        return await _input.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>Writes, and waits while the connection holds all it can; cancelled with the current <see cref="CancelScope"/>.</summary>
    /// <param name="buffer">The bytes; they must not change until the write is complete.</param>
    /// <param name="cancellationToken">Ends the wait. If the first byte was not taken, none is sent; else the rest is not.</param>
    /// <exception cref="IOException">The peer closed or aborted the connection.</exception>
    /// <exception cref="InvalidOperationException"><see cref="EndOutput"/> was called before.</exception>
    /// <exception cref="ObjectDisposedException">This end is disposed, or is while the caller waits.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => new(CancelScope.CallAsync(token => WriteCoreAsync(buffer, token), cancellationToken));

    private async Task WriteCoreAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (BeforeWrite is { } before) await before(cancellationToken);
        await _output.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc cref="ReadAsync(Memory{byte}, CancellationToken)"/>
    /// <param name="offset">Where in the buffer the bytes go.</param>
    /// <param name="count">How many bytes at most.</param>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="offset">Where in the buffer the bytes are.</param>
    /// <param name="count">How many there are.</param>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc cref="ReadAsync(Memory{byte}, CancellationToken)"/>
    /// <param name="offset">Where in the buffer the bytes go.</param>
    /// <param name="count">How many bytes at most.</param>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="offset">Where in the buffer the bytes are.</param>
    /// <param name="count">How many there are.</param>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Does nothing: nothing is held back.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: nothing is held back.</summary>
    /// <param name="cancellationToken">Not used.</param>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();
}
