namespace Motet.Http;

/// <summary>
/// What a decompressor reads: the payload of a message and then the four bytes that its sender left out (RFC 7692 §7.2.2). Seekable, because a decompressor that meets the end of its data steps back to it.
/// </summary>
internal sealed unsafe class InflateInput : Stream
{
    private byte* _payload;
    private int _length;
    private int _position;

    /// <summary>An empty block that is stored, without the bits in front of it.</summary>
    public static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length + Tail.Length;

    public override long Position
    {
        get => _position;
        set => _position = (int)value;
    }

    /// <summary>How much of the payload was not needed.</summary>
    public int Left => Math.Max(0, _length - _position);

    /// <summary>Begins with a payload, which stays where it is as long as it is read.</summary>
    public void Begin(byte* payload, int length)
    {
        _payload = payload;
        _length = length;
        _position = 0;
    }

    public override int Read(Span<byte> buffer)
    {
        var source = _position < _length ? new ReadOnlySpan<byte>(_payload + _position, _length - _position) : Tail[(_position - _length)..];
        var count = Math.Min(buffer.Length, source.Length);
        source[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin)
        => Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => Length + offset };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
