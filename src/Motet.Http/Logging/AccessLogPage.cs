namespace Motet.Http;

/// <summary>Memory for lines of an <see cref="AccessLog"/>. Belongs to one thread at a time.</summary>
internal sealed class AccessLogPage
{
    private const int Size = 64 * 1024;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size);
    private int _length;

    public int Lines { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public Span<byte> Room => _bytes.AsSpan(_length);

    public void Advance(int length)
    {
        _length += length;
        Lines++;
    }

    public void Clear()
    {
        _length = 0;
        Lines = 0;
    }
}
