using System.Buffers;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>The body on its way to somewhere else.</summary>
public sealed partial class RequestBody
{
    /// <summary>
    /// Copies the body to a stream, in constant memory: nothing is read while the destination takes its time, and what has arrived is written together. Each wait for the client is bounded by <see cref="ServerLimits.BodyTimeout"/>.
    /// </summary>
    /// <param name="destination">Where it goes. For a <see cref="FileStream"/> the writing is done on other threads.</param>
    /// <param name="bufferSize">The most bytes that are written at once.</param>
    /// <param name="cancellationToken">Ends the copy, between two pieces or while one is waited for.</param>
    /// <exception cref="RequestRejectedException">The body is too large, malformed, or ended early.</exception>
    /// <exception cref="Net.ConnectionClosedException">The client is gone, or too slow.</exception>
    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        return _request.Loop.EventLoop.IsCurrent ? CopyAsync(destination, bufferSize, cancellationToken) : base.CopyToAsync(destination, bufferSize, cancellationToken);
    }

    /// <summary>
    /// Reads the whole body, and gives it as a stream that can be read again and from any place: in memory up to a threshold, in a temporary file beyond it. The file has no name, so nothing is left of it
    /// when the stream is disposed of, or the process ends in any way. How much is accepted, <see cref="MaxBytes"/> says. Dispose of the stream; it may outlive the request.
    /// </summary>
    /// <param name="memoryThreshold">The longest body in bytes that is kept in memory. Default 64 KiB: nearly all forms and documents; a file costs about 100 µs more.</param>
    /// <param name="directory">Where the temporary file is made; null for the system's directory for that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The body, at its beginning. Asynchronous reads of a file are done on other threads, blocking ones block.</returns>
    /// <exception cref="RequestRejectedException">The body is too large, malformed, or ended early.</exception>
    /// <exception cref="Net.ConnectionClosedException">The client is gone, or too slow.</exception>
    /// <exception cref="IOException">The temporary file could not be made or written: the disk is full.</exception>
    public async ValueTask<Stream> SpoolAsync(int memoryThreshold = 64 * 1024, string? directory = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memoryThreshold);
        return await SpooledStream.ReadAsync(this, memoryThreshold, directory, cancellationToken);
    }

    private async Task CopyAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
        try
        {
            while (true)
            {
                var read = await ReadAsync(buffer, cancellationToken);
                if (read == 0) return;
                while (read < buffer.Length && TryRead(buffer.AsSpan(read)) is > 0 and var more)
                {
                    read += more;
                    _readThisTurn += more;
                }

                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>From another thread: what the caller runs in does not come along, so its scope's token does.</summary>
    private ValueTask<int> ReadFromElsewhereAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        => new(CancelScope.CallAsync(token => _request.Loop.EventLoop.RunAsync(() => ReadAsync(buffer, token).AsTask()), cancellationToken));
}
