using System.Buffers.Binary;

namespace Motet.Polling;

/// <summary>
/// Cuts a stream into frames: a length of four bytes, the most significant first, and that many bytes. For non-blocking sources: call <see cref="Fill"/> when the
/// source is readable, then <see cref="TryRead"/> until it says no. An empty frame is a frame. One thread at a time.
/// </summary>
public sealed class FrameReader
{
    private const int HeaderSize = sizeof(uint);

    private readonly int _maxFrameSize;
    private readonly ReceiveBuffer _buffer;

    /// <summary>Makes a reader.</summary>
    /// <param name="maxFrameSize">The longest frame to accept, in bytes without its length; memory is used as bytes arrive, up to this.</param>
    public FrameReader(int maxFrameSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxFrameSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxFrameSize, Array.MaxLength - HeaderSize);
        _maxFrameSize = maxFrameSize;
        _buffer = new ReceiveBuffer(maxFrameSize + HeaderSize);
    }

    /// <summary>Reads what the source has, until it would block, ends, or the reader is full.</summary>
    /// <param name="receive">The source.</param>
    /// <exception cref="FrameException"><see cref="FrameError.TooLong"/>: the next frame is above the limit; <see cref="FrameError.EndInside"/>: the source ended within a frame.</exception>
    public FillResult Fill(ReceiveBytes receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        var result = _buffer.Fill(receive);
        if (result == FillResult.End && EndsInsideFrame())
            throw new FrameException(FrameError.EndInside, $"The stream ended inside a frame, after {_buffer.Length} bytes that include whole frames before it.");
        return result;
    }

    /// <summary>Takes the next complete frame.</summary>
    /// <param name="frame">Its bytes, valid until the next <see cref="Fill"/>.</param>
    /// <returns>False when the next frame is not complete.</returns>
    /// <exception cref="FrameException"><see cref="FrameError.TooLong"/>: the next frame is above the limit.</exception>
    public bool TryRead(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_buffer.Length < HeaderSize)
            return false;
        var size = Size(_buffer.Unread);
        if (_buffer.Length - HeaderSize < size)
            return false;
        frame = _buffer.Unread.Slice(HeaderSize, size);
        _buffer.Skip(HeaderSize + size);
        return true;
    }

    private int Size(ReadOnlySpan<byte> header)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(header);
        return size <= (uint)_maxFrameSize
            ? (int)size
            : throw new FrameException(FrameError.TooLong, $"The peer announced a frame of {size} bytes; the limit is {_maxFrameSize}.");
    }

    private bool EndsInsideFrame()
    {
        var rest = _buffer.Unread;
        while (rest.Length >= HeaderSize)
        {
            var size = Size(rest);
            if (rest.Length - HeaderSize < size)
                return true;
            rest = rest[(HeaderSize + size)..];
        }

        return !rest.IsEmpty;
    }
}
