using System.Buffers;

namespace Motet.Http;

/// <summary>Bytes in rented memory, such as what a stream had to give. The memory goes back when this is disposed of: once, and not while the bytes are in use.</summary>
internal readonly struct RentedBytes : IDisposable
{
    private readonly byte[]? _buffer;
    private readonly int _length;

    /// <summary>The first bytes of an array of <see cref="ArrayPool{T}.Shared"/>.</summary>
    public RentedBytes(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    public int Length => _length;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="firstSize">What to begin with; it grows with what comes.</param>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <param name="tooLong">What it means that there are more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<RentedBytes> ReadAsync(Stream stream, int firstSize, int limit, RejectReason tooLong, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(firstSize);
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length) Grow(ref buffer, length);
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0) return new RentedBytes(buffer, length);
                length += read;
                if (length > limit) throw new RequestRejectedException(tooLong);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Moves so many bytes into rented memory that is twice as large.</summary>
    public static void Grow(ref byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length * 2L, Array.MaxLength));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    public void Dispose()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
    }
}
