using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Motet.Http;

/// <summary>
/// Strings for the bytes that requests repeat: paths, header values. The same short ASCII bytes give the same string, mostly
/// without allocating it again. The memory is fixed: each place in the table has one string, the one asked for last. Places are chosen
/// by a hash with a random seed, so a client cannot aim at what others use; at worst it costs what having no cache costs.
/// One for each loop; not thread-safe.
/// </summary>
internal sealed class StringCache
{
    // The first bytes of the fraction of pi (any odd numbers without pattern do).
    private const ulong FirstFactor = 0x243F6A8885A308D3;
    private const ulong SecondFactor = 0x13198A2E03707345;

    private readonly string?[] _strings;
    // A Guid's bytes are the system's random ones; the cryptography library would bring 5 MB of memory for these eight.
    private readonly ulong _seed = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray());

    /// <summary>An empty cache.</summary>
    /// <param name="places">How many strings it can hold; rounded up to a power of two. 256 places of the longest strings are 70 KiB.</param>
    public StringCache(int places = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(places, 1 << 16);
        _strings = new string?[BitOperations.RoundUpToPowerOf2((uint)places)];
    }

    /// <summary>The longest bytes that are kept. Longer ones seldom come twice, and comparing them costs what a copy costs.</summary>
    public const int MaxLength = 128;

    /// <summary>
    /// The string for these bytes. Bytes from 0x80 become the characters of the same number (ISO 8859-1), which loses nothing
    /// and can be undone; such a string, and one longer than <see cref="MaxLength"/>, is always new.
    /// </summary>
    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        if (bytes.Length > MaxLength) return Encoding.Latin1.GetString(bytes);

        ref var place = ref _strings[Hash(bytes) & (uint)(_strings.Length - 1)];

        // Only ASCII is put in, and bytes from 0x80 are equal to no character here.
        if (place is { } known && Ascii.Equals(bytes, known)) return known;

        var text = Encoding.Latin1.GetString(bytes);
        if (Ascii.IsValid(bytes)) place = text;
        return text;
    }

    // Eight bytes at a time, each mixed by a 64 by 64 bit multiplication whose halves are folded together. The last eight may
    // overlap those before them; the length is in the seed, so that does no harm.
    private uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = _seed ^ ((ulong)bytes.Length * SecondFactor);
        if (bytes.Length >= 8)
        {
            for (var i = 0; i + 8 < bytes.Length; i += 8) hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]));
            return Fold(Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..])));
        }
        if (bytes.Length >= 4)
        {
            var both = BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << 32);
            return Fold(Mix(hash ^ both));
        }
        return Fold(Mix(hash ^ (bytes[0] | ((ulong)bytes[bytes.Length / 2] << 8) | ((ulong)bytes[^1] << 16))));
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, FirstFactor, out ulong low);
        return high ^ low;
    }

    private static uint Fold(ulong value) => (uint)(value ^ (value >> 32));
}
