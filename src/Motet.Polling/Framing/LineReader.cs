namespace Motet.Polling;

/// <summary>
/// Cuts a stream into lines that end with a line feed. For non-blocking sources: call <see cref="Fill"/> when the source is readable, then <see cref="TryRead"/> until it
/// says no. One thread at a time.
/// </summary>
public sealed class LineReader
{
    private readonly int _maxLineSize;
    private readonly ReceiveBuffer _buffer;

    // How many of the unread bytes are known to have no line feed: each byte is looked at once, however slowly a line comes.
    private int _searched;

    /// <summary>Makes a reader.</summary>
    /// <param name="maxLineSize">The longest line to accept, in bytes with its line feed.</param>
    public LineReader(int maxLineSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineSize, 1);
        _maxLineSize = maxLineSize;
        _buffer = new ReceiveBuffer(maxLineSize);
    }

    /// <summary>True when no part of a line is waiting.</summary>
    public bool IsEmpty => _buffer.Length == 0;

    /// <summary>Reads what the source has, until it would block, ends, or the reader is full.</summary>
    /// <param name="receive">The source.</param>
    /// <exception cref="FrameException"><see cref="FrameError.EndInside"/>: the source ended within a line.</exception>
    public FillResult Fill(ReceiveBytes receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        var result = _buffer.Fill(receive);
        if (result == FillResult.End && !IsEmpty && _buffer.Unread[^1] != (byte)'\n')
            throw new FrameException(FrameError.EndInside, "The stream ended inside a line.");
        return result;
    }

    /// <summary>Takes the next complete line.</summary>
    /// <param name="line">Its bytes with the line feed, valid until the next <see cref="Fill"/>.</param>
    /// <returns>False when the next line is not complete.</returns>
    /// <exception cref="FrameException"><see cref="FrameError.TooLong"/>: the line is above the limit.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        var end = _buffer.Unread[_searched..].IndexOf((byte)'\n');
        if (end < 0)
        {
            _searched = _buffer.Length;
            return _searched < _maxLineSize
                ? false
                : throw new FrameException(FrameError.TooLong, $"A line is longer than {_maxLineSize} bytes.");
        }

        var size = _searched + end + 1;
        line = _buffer.Unread[..size];
        _buffer.Skip(size);
        _searched = 0;
        return true;
    }
}
