namespace Motet.Http;

/// <summary>What a decompressor reads: the payload of a message, or a part of it, and then the four bytes that its sender left out (RFC 7692 §7.2.2).</summary>
internal sealed unsafe class InflateInput : ReadOnlyInput
{
    private byte* _payload;
    private int _length;
    private int _position;

    /// <summary>An empty block that is stored, without the bits in front of it.</summary>
    public static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    /// <summary>Whether more was asked for than there is. A decompressor that has met the end of its data does not ask.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Begins with a payload, which stays where it is as long as it is read.</summary>
    public void Begin(byte* payload, int length)
    {
        _payload = payload;
        _length = length;
        _position = 0;
        IsExhausted = false;
    }

    public override int Read(Span<byte> buffer)
    {
        var source = _position < _length ? new ReadOnlySpan<byte>(_payload + _position, _length - _position) : Tail[(_position - _length)..];
        var count = Math.Min(buffer.Length, source.Length);
        source[..count].CopyTo(buffer);
        _position += count;
        IsExhausted = count == 0;
        return count;
    }
}
