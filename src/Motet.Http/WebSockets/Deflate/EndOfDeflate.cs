using System.IO.Compression;

namespace Motet.Http;

/// <summary>
/// Finds where compressed data ends that says so itself (BFINAL, RFC 1951 §3.2.3). The framework's decompressor does not tell, so it is given one byte at a time; in front of them a window full of zeros, because where the data ends does not depend on what it refers to.
/// </summary>
internal sealed unsafe class EndOfDeflate : ReadOnlyInput
{
    private const int WindowLength = 32 * 1024;

    private readonly byte* _data;
    private readonly int _length;
    private int _prefixLeft = Prefix.Length + WindowLength;
    private int _position;

    private EndOfDeflate(byte* data, int length)
    {
        _data = data;
        _length = length;
    }

    // RFC 1951 §3.2.4: a stored block of the length of the window, which is not the last.
    private static ReadOnlySpan<byte> Prefix => [0x00, 0x00, 0x80, 0xFF, 0x7F];

    /// <summary>How many bytes the data has.</summary>
    /// <param name="data">Data that was read before without a mistake, and what follows.</param>
    /// <param name="length">The length of both.</param>
    public static int Find(byte* data, int length)
    {
        using var input = new EndOfDeflate(data, length);
        using var inflater = new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true);
        Span<byte> output = stackalloc byte[1024];
        while (inflater.Read(output) > 0)
        {
        }

        return input._position;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_prefixLeft > 0)
        {
            var read = WindowLength + Prefix.Length - _prefixLeft;
            var count = Math.Min(buffer.Length, _prefixLeft);
            buffer[..count].Clear();
            if (read < Prefix.Length)
            {
                count = Math.Min(count, Prefix.Length - read);
                Prefix.Slice(read, count).CopyTo(buffer);
            }

            _prefixLeft -= count;
            return count;
        }

        if (_position == _length) return 0;
        buffer[0] = _data[_position++];
        return 1;
    }
}
