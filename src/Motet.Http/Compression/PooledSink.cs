using System.Buffers;

namespace Motet.Http;

/// <summary>What a compressor writes to: rented memory, which begins anew for each slice.</summary>
internal sealed class PooledSink : Stream
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Clear() => _length = 0;

    /// <summary>Forgets what was written behind the first bytes.</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    /// <summary>Room to write to, never empty.</summary>
    public Span<byte> GetSpan()
    {
        if (_length == _buffer.Length) RentedBytes.Grow(ref _buffer, _length);
        return _buffer.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // A compressor that is disposed of before its end writes into nothing.
        while (!buffer.IsEmpty && _buffer.Length > 0)
        {
            var room = GetSpan();
            var count = Math.Min(room.Length, buffer.Length);
            buffer[..count].CopyTo(room);
            _length += count;
            buffer = buffer[count..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }
}
