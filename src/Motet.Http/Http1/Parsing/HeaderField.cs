namespace Motet.Http;

/// <summary>Where one header line is. Offsets count from the first byte of the head (or trailer section); the value has no white space around it.</summary>
internal readonly record struct HeaderField(int NameOffset, int NameLength, int ValueOffset, int ValueLength)
{
    /// <summary>The name as sent, out of the bytes the offsets belong to.</summary>
    public ReadOnlySpan<byte> Name(ReadOnlySpan<byte> bytes) => bytes.Slice(NameOffset, NameLength);

    /// <summary>The value, out of the bytes the offsets belong to.</summary>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> bytes) => bytes.Slice(ValueOffset, ValueLength);
}
