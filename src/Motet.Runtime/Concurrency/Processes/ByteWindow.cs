namespace Motet.Runtime;

/// <summary>The first or the last bytes of a sequence, up to a limit. Memory grows with what is kept.</summary>
internal sealed class ByteWindow(int capacity, bool keepsLast)
{
    private byte[] _bytes = [];
    private int _count;

    // Where the oldest byte is, once the window is full and goes round.
    private int _start;

    /// <summary>Adds bytes.</summary>
    /// <returns>Whether all bytes so far are kept.</returns>
    internal bool Add(ReadOnlySpan<byte> data)
    {
        var fitting = data[..Math.Min(data.Length, capacity - _count)];
        Grow(_count + fitting.Length);
        fitting.CopyTo(_bytes.AsSpan(_count));
        _count += fitting.Length;
        var rest = data[fitting.Length..];
        if (rest.IsEmpty) return true;
        if (keepsLast) Overwrite(rest[Math.Max(0, rest.Length - capacity)..]);
        return false;
    }

    internal byte[] ToArray() => [.. _bytes.AsSpan(_start, _count - _start), .. _bytes.AsSpan(0, _start)];

    private void Overwrite(ReadOnlySpan<byte> data)
    {
        var first = data[..Math.Min(data.Length, capacity - _start)];
        first.CopyTo(_bytes.AsSpan(_start));
        data[first.Length..].CopyTo(_bytes);
        if (capacity > 0) _start = (_start + data.Length) % capacity;
    }

    private void Grow(int count)
    {
        if (count > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(capacity, Math.Max(count, 2L * _bytes.Length)));
    }
}
