using System.Buffers;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>What was read from a stream: in a rented buffer, or in a temporary file that has no name. Read-only and seekable. One user at a time, on any thread.</summary>
internal sealed class SpooledStream : Stream
{
    // What is written at once: each piece is a trip to another thread, and a slow client holds the memory of one meanwhile.
    private const int PieceSize = 64 * 1024;

    private const int FirstBuffer = 4 * 1024;

    private byte[]? _memory;
    private FileStream? _file;
    private long _length;
    private long _position;
    private bool _isDisposed;

    private SpooledStream()
    {
    }

    public override bool CanRead => !_isDisposed;

    public override bool CanSeek => !_isDisposed;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Whether it is in a file.</summary>
    internal bool IsInFile => _file is not null;

    /// <summary>Reads a stream to its end.</summary>
    public static async ValueTask<SpooledStream> ReadAsync(Stream source, int memoryThreshold, string? directory, CancellationToken cancellationToken)
    {
        var spooled = new SpooledStream();
        try
        {
            if (!await spooled.TryKeepAsync(source, memoryThreshold, cancellationToken)) await spooled.WriteRestAsync(source, directory ?? Path.GetTempPath(), cancellationToken);
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Available(buffer.Length);
        if (count == 0) return 0;
        if (_file is not null) count = RandomAccess.Read(_file.SafeFileHandle, buffer[..count], _position);
        else _memory.AsSpan((int)_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        return _file is null || Available(buffer.Length) == 0 ? new ValueTask<int>(Read(buffer.Span)) : ReadFileAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => _length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed) return;
        _isDisposed = true;
        if (_memory is not null) ArrayPool<byte>.Shared.Return(_memory);
        _memory = null;

        // The close frees the blocks of the file, which takes the file system milliseconds a gigabyte: not on a loop.
        if (_file is not null) ThreadPool.UnsafeQueueUserWorkItem(static file => file.Dispose(), _file, preferLocal: false);
    }

    /// <summary>Reads into memory as long as it does not become too much.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> TryKeepAsync(Stream source, int threshold, CancellationToken cancellationToken)
    {
        _memory = ArrayPool<byte>.Shared.Rent((int)Math.Min(FirstBuffer, threshold + 1L));
        while (_length <= threshold)
        {
            if (_length == _memory.Length) Grow(threshold);
            var read = await source.ReadAsync(_memory.AsMemory((int)_length), cancellationToken);
            if (read == 0) return true;
            _length += read;
        }

        return false;
    }

    private void Grow(int threshold)
    {
        // One byte more than is kept, because only that says that it is too much.
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_memory!.Length * 2L, Math.Min(threshold + 1L, Array.MaxLength)));
        _memory.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_memory);
        _memory = larger;
    }

    private async ValueTask WriteRestAsync(Stream source, string directory, CancellationToken cancellationToken)
    {
        var piece = _memory!;
        var count = (int)_length;
        _length = 0;
        try
        {
            _file = await Offload.RunAsync(() => Open(directory), cancellationToken: cancellationToken);
            while (true)
            {
                await WriteAsync(piece, count, directory, cancellationToken);
                if (_memory is not null) piece = Exchange();
                count = await FillAsync(source, piece, cancellationToken);
                if (count == 0) return;
            }
        }
        finally
        {
            if (_memory is null) ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private byte[] Exchange()
    {
        ArrayPool<byte>.Shared.Return(_memory!);
        _memory = null;
        return ArrayPool<byte>.Shared.Rent(PieceSize);
    }

    private static async ValueTask<int> FillAsync(Stream source, byte[] piece, CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < piece.Length)
        {
            var read = await source.ReadAsync(piece.AsMemory(count), cancellationToken);
            if (read == 0) break;
            count += read;
        }

        return count;
    }

    private async ValueTask WriteAsync(byte[] piece, int count, string directory, CancellationToken cancellationToken)
    {
        var file = _file!.SafeFileHandle;
        var position = _length;
        await Offload.RunAsync(
            () =>
            {
                try
                {
                    RandomAccess.Write(file, piece.AsSpan(0, count), position);
                }
                catch (IOException exception)
                {
                    throw new IOException($"What a client sent could not be written to a temporary file in {directory}: {exception.Message}", exception);
                }
            },
            cancellationToken: cancellationToken);
        _length += count;
    }

    private async ValueTask<int> ReadFileAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        => await Offload.RunAsync(() => Read(buffer.Span), cancellationToken: cancellationToken);

    private int Available(int wanted)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return (int)Math.Clamp(_length - _position, 0, wanted);
    }

    private static FileStream Open(string directory)
    {
        var path = Path.Combine(directory, $"motet-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file;
        try
        {
            file = new FileStream(path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"A temporary file could not be made in {directory}: {exception.Message}", exception);
        }

        // The name goes at once; the file lives as long as it is open.
        File.Delete(path);
        return file;
    }
}
