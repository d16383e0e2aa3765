using Motet.Runtime;

namespace Motet.Net;

/// <summary>A connection as a stream. The operations run on the connection's loop, wherever they are called.</summary>
internal sealed class ConnectionStream(Connection connection) : Stream
{
    private readonly Connection _connection = connection;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => _connection.EventLoop.IsCurrent
            ? _connection.ReadAsync(buffer, cancellationToken)
            : new ValueTask<int>(RunAsync(token => _connection.ReadAsync(buffer, token).AsTask(), cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => _connection.EventLoop.IsCurrent
            ? _connection.WriteAsync(buffer, cancellationToken)
            : new ValueTask(RunAsync(
                async token =>
                {
                    await _connection.WriteAsync(buffer, token);
                    return 0;
                },
                cancellationToken));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ThrowIfOnLoop();
        return ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ThrowIfOnLoop();
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_connection.EventLoop.IsCurrent) _connection.Close();
            else _connection.EventLoop.Post(static state => ((Connection)state!).Close(), _connection);
        }

        base.Dispose(disposing);
    }

    /// <summary>From another thread: what the caller runs in does not come along, so its scope's token does.</summary>
    private Task<int> RunAsync(Func<CancellationToken, Task<int>> operation, CancellationToken cancellationToken)
        => CancelScope.CallAsync(token => _connection.EventLoop.RunAsync(() => operation(token)), cancellationToken);

    private void ThrowIfOnLoop()
    {
        if (_connection.EventLoop.IsCurrent) throw new InvalidOperationException("A blocking read or write would stop the event loop that has to serve it; use ReadAsync and WriteAsync.");
    }
}
