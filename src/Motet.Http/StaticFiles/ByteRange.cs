namespace Motet.Http;

/// <summary>A part of a representation: its first byte and their number, which is at least one.</summary>
internal readonly record struct ByteRange(long Offset, long Count)
{
    public long End => Offset + Count;
}
