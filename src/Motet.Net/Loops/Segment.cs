using System.Runtime.CompilerServices;

namespace Motet.Net;

/// <summary>A piece of output that waits for the kernel. Its memory is pinned for life, so a system call may take its address; that of others (<see cref="Shared"/>) is pinned for the call.</summary>
internal sealed unsafe class Segment
{
    /// <summary>A page: holds thirty small responses or three full Ethernet frames.</summary>
    public const int Size = 4096;

    private readonly byte[] _memory;

    public readonly byte* Pointer;
    public int Start;
    public int End;
    public Segment? Next;

    /// <summary>What is sent from a file instead of from memory, of which this segment then has none.</summary>
    public readonly FileWrite? File;

    /// <summary>What is sent from memory that others send too, and that therefore must not change; null when this segment has its own.</summary>
    public byte[]? Shared;

    /// <summary>The place of shared memory, or of none yet, in the queue.</summary>
    public Segment() => _memory = [];

    /// <summary>The place of a file in the queue.</summary>
    public Segment(FileWrite file)
    {
        _memory = [];
        File = file;
    }

    public Segment(int size)
    {
        _memory = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        Pointer = (byte*)Unsafe.AsPointer(ref _memory[0]);
    }

    public int Capacity => _memory.Length;

    public int Length => End - Start;

    public int Free => _memory.Length - End;

    public Span<byte> FreeSpan => new(Pointer + End, Free);

    public Memory<byte> FreeMemory => _memory.AsMemory(End);
}
