using System.Runtime.CompilerServices;

namespace Motet.Polling;

/// <summary>
/// Where a system has the fields of <c>struct kevent</c> on 64 bits. All agree on the order, not on the widths.
/// </summary>
internal readonly record struct KeventLayout(int Size, int Filter, int FilterSize, int Flags, int FFlags, int Data, int UData)
{
    /// <summary>macOS, OpenBSD, libkqueue: uintptr_t ident; int16 filter; uint16 flags; uint32 fflags; int64 data; void* udata.</summary>
    internal static readonly KeventLayout Short = new(32, 8, 2, 10, 12, 16, 24);

    /// <summary>FreeBSD 12 and later: as the short one, then uint64 ext[4].</summary>
    internal static readonly KeventLayout FreeBsd = new(64, 8, 2, 10, 12, 16, 24);

    /// <summary>NetBSD up to 9: uintptr_t ident; uint32 filter; uint32 flags; uint32 fflags; int64 data; void* udata.</summary>
    internal static readonly KeventLayout NetBsd9 = new(40, 8, 4, 12, 16, 24, 32);

    /// <summary>NetBSD 10: as before, then uint64 ext[4].</summary>
    internal static readonly KeventLayout NetBsd10 = NetBsd9 with { Size = 72 };

    internal unsafe void Write(byte* at, in Kevent change)
    {
        new Span<byte>(at, Size).Clear();
        Unsafe.WriteUnaligned(at, change.ident);
        if (FilterSize == sizeof(short))
        {
            Unsafe.WriteUnaligned(at + Filter, (short)change.filter);
            Unsafe.WriteUnaligned(at + Flags, (ushort)change.flags);
        }
        else
        {
            Unsafe.WriteUnaligned(at + Filter, change.filter);
            Unsafe.WriteUnaligned(at + Flags, change.flags);
        }

        Unsafe.WriteUnaligned(at + FFlags, change.fflags);
        Unsafe.WriteUnaligned(at + Data, change.data);
        Unsafe.WriteUnaligned(at + UData, change.udata);
    }

    internal unsafe Kevent Read(byte* at) => new()
    {
        ident = Unsafe.ReadUnaligned<ulong>(at),
        filter = FilterSize == sizeof(short) ? Unsafe.ReadUnaligned<short>(at + Filter) : Unsafe.ReadUnaligned<int>(at + Filter),
        flags = FilterSize == sizeof(short) ? Unsafe.ReadUnaligned<ushort>(at + Flags) : Unsafe.ReadUnaligned<uint>(at + Flags),
        fflags = Unsafe.ReadUnaligned<uint>(at + FFlags),
        data = Unsafe.ReadUnaligned<long>(at + Data),
        udata = Unsafe.ReadUnaligned<ulong>(at + UData),
    };
}
