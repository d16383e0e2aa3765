using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>
/// The body of a request, read on demand: while nobody reads, nothing is taken from the connection and the client is held back. Loop thread only, like the request; only <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>
/// may be called from any thread, because libraries that are given a stream go on anywhere. A body with a <c>Content-Encoding</c> is given as it was sent.
/// </summary>
public sealed partial class RequestBody : Stream
{
    private readonly HttpRequest _request;
    private long? _maxBytes;
    private bool _maxBytesIsSet;

    internal RequestBody(HttpRequest request) => _request = request;

    /// <summary>Whether the request has a body at all (it may be empty still, when it is chunked).</summary>
    public bool Exists => _request.Head.IsChunked || _request.Head.ContentLength > 0;

    /// <summary>Whether everything was read.</summary>
    public bool IsComplete => _state is BodyState.Complete;

    /// <summary>The largest body that is accepted for this request; <see cref="ServerLimits.MaxBodyBytes"/> at first. Null: no limit. Must be set before the first read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">Reading has begun, or the request is over.</exception>
    public long? MaxBytes
    {
        get => _maxBytesIsSet ? _maxBytes : _request.Limits.MaxBodyBytes;
        set
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes);
            if (_hasStarted || _state == BodyState.Over) throw new InvalidOperationException("The limit of a body has to be set before the first read.");
            _maxBytes = value;
            _maxBytesIsSet = true;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not supported: a stream of chunks has no length before its end. See <see cref="HttpRequest.ContentLength"/>.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what has arrived, or waits for it up to <see cref="ServerLimits.BodyTimeout"/>. A client that waits for leave to send (<c>Expect: 100-continue</c>) is given it. A cancelled read took no bytes.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of bytes; 0 at the end of the body.</returns>
    /// <exception cref="RequestRejectedException">The body is too large, malformed, or ended early.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone, or too slow.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<int>(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (!_request.Loop.EventLoop.IsCurrent) return ReadFromElsewhereAsync(buffer, cancellationToken);
        if (_readThisTurn >= MaxReadPerTurn) return YieldAndReadAsync(buffer, cancellationToken);
        try
        {
            var read = TryRead(buffer.Span);
            if (read >= 0)
            {
                _readThisTurn += read;
                return new ValueTask<int>(read);
            }
        }
        catch (IOException exception)
        {
            return ValueTask.FromException<int>(exception);
        }

        return WaitAndReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads the whole body into memory. Cancelled, it has taken the bytes that had arrived.</summary>
    /// <param name="limit">The most bytes that are accepted, besides <see cref="MaxBytes"/>. A declared length beyond it fails before anything is read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestRejectedException">The body is longer than the limit, malformed, or ended early.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone, or too slow.</exception>
    public async ValueTask<byte[]> ReadAllAsync(int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        using var bytes = await ReadToEndAsync(limit, RejectReason.BodyTooLarge, cancellationToken);
        return bytes.Span.ToArray();
    }

    /// <summary>Reads the whole body as UTF-8 text.</summary>
    /// <inheritdoc cref="ReadAllAsync"/>
    public async ValueTask<string> ReadTextAsync(int limit, CancellationToken cancellationToken = default)
        => Encoding.UTF8.GetString(await ReadAllAsync(limit, cancellationToken));

    /// <summary>Reads while blocking, which is not allowed on an event loop.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override int Read(byte[] buffer, int offset, int count)
        => throw new NotSupportedException("A blocking read would stop the event loop that has to serve it; use ReadAsync.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads the whole body into rented memory. A declared length beyond the limit fails before anything is read.</summary>
    internal ValueTask<RentedBytes> ReadToEndAsync(int limit, RejectReason tooLong, CancellationToken cancellationToken)
    {
        var declared = _request.Head.ContentLength;
        if (declared > limit) throw new RequestRejectedException(tooLong);

        // What it will need as far as the client says so, and not much, because saying so costs the client nothing.
        return RentedBytes.ReadAsync(this, (int)Math.Clamp(declared + 1, 256, 64 * 1024), limit, tooLong, cancellationToken);
    }
}
