using System.Numerics;

namespace Motet.Runtime;

/// <summary>
/// A hierarchical timer wheel over ticks that the caller counts: eight levels of 64 slots, so 2^48 ticks. Setting and cancelling are
/// O(1), the next moment at which there is something to do is found from bitmaps, and no operation works through more
/// nodes than its budget. One thread.
/// </summary>
/// <remarks>
/// A deadline lives on the level of the highest 6-bit digit in which it differs from the current tick. All occupied
/// slots of a level are therefore ahead of the current digit, the lowest occupied level holds what comes next, and a slot of a higher level is
/// distributed over the levels below exactly when the current tick reaches its start.
/// </remarks>
internal sealed partial class TimerWheel
{
    private const int DigitBits = 6;
    private const int SlotsPerLevel = 1 << DigitBits;
    private const int LevelCount = 8;

    /// <summary>The last tick that can be reached: 8,900 years of milliseconds.</summary>
    public const long MaxTick = (1L << (DigitBits * LevelCount)) - 1;

    // Lists beside the slots. Each list, like each slot, is a circle through a head node of its own, which lets a
    // node leave without knowing where it is, and lets a whole list move in O(1).
    private const int DueList = LevelCount * SlotsPerLevel;
    private const int IncomingList = DueList + 1;
    private const int CascadeList = DueList + 2;
    private const int HeadCount = DueList + 3;

    // 2,048 nodes of 32 bytes stay under the large object threshold, and growing never copies what is there.
    private const int ChunkBits = 11;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly ulong[] _occupied = new ulong[LevelCount];
    private TimerNode[][] _chunks = [];
    private uint _occupiedLevels;
    private long _current;
    private int _allocated;
    private int _free = -1;

    public TimerWheel()
    {
        AddChunk();
        for (var head = 0; head < HeadCount; head++) MakeEmpty(head);
        _allocated = HeadCount;
    }

    /// <summary>Timers set and neither fired nor cancelled.</summary>
    public int Count { get; private set; }

    /// <summary>The tick up to which the wheel has been advanced.</summary>
    public long Current => _current;

    /// <summary>Whether a timer can be taken or distributed right now.</summary>
    public bool HasWork => !IsEmpty(DueList) | !IsEmpty(IncomingList) | !IsEmpty(CascadeList);

    /// <summary>
    /// The tick at which the wheel must be advanced next: not after the earliest deadline, <see cref="long.MaxValue"/> when there is no timer.
    /// </summary>
    public long NextTick => HasWork ? _current : NextSlotTick;

    /// <summary>Sets a timer for <paramref name="deadline"/>; one that has passed is due at the next <see cref="Advance"/>.</summary>
    public TimerId Set(long deadline, ITimerHandler handler)
    {
        var index = _free;
        if (index >= 0) _free = At(index).Next;
        else
        {
            index = _allocated;
            if (index == _chunks.Length << ChunkBits) AddChunk();
            _allocated = index + 1;
            At(index).Generation = 1;
        }

        ref var node = ref At(index);
        node.Handler = handler;
        node.Deadline = Math.Min(deadline, MaxTick);
        Insert(index, ref node, IncomingList);
        Count++;
        return new TimerId(index, node.Generation);
    }

    /// <summary>Takes a timer out before it fires. False when it has fired, was cancelled or never was.</summary>
    public bool Cancel(TimerId id)
    {
        var index = id.Slot;
        if ((uint)index >= (uint)_allocated) return false;
        ref var node = ref At(index);
        if (node.Generation != id.Generation || node.Handler is null) return false;
        Unlink(ref node);
        Release(index, ref node);
        return true;
    }

    /// <summary>Takes out all timers, in no order, with their deadlines.</summary>
    public List<(long Deadline, ITimerHandler Handler)> TakeAll()
    {
        var all = new List<(long Deadline, ITimerHandler Handler)>(Count);
        for (var index = HeadCount; index < _allocated; index++)
        {
            ref var node = ref At(index);
            if (node.Handler is not { } handler) continue;
            all.Add((node.Deadline, handler));
            Unlink(ref node);
            Release(index, ref node);
        }

        return all;
    }

    private long NextSlotTick
    {
        get
        {
            if (_occupiedLevels == 0) return long.MaxValue;
            var level = BitOperations.TrailingZeroCount(_occupiedLevels);
            return SlotStart(level, BitOperations.TrailingZeroCount(_occupied[level]));
        }
    }

    private ref TimerNode At(int index) => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    private void AddChunk()
    {
        Array.Resize(ref _chunks, _chunks.Length + 1);
        _chunks[^1] = new TimerNode[ChunkSize];
    }

    private void Release(int index, ref TimerNode node)
    {
        node.Handler = null;
        // Generation 0 is never given, so that a default TimerId matches nothing.
        if (++node.Generation == 0) node.Generation = 1;
        node.Next = _free;
        _free = index;
        Count--;
    }

    private long SlotStart(int level, int slot)
    {
        var shift = level * DigitBits;
        var above = _current >> (shift + DigitBits) << (shift + DigitBits);
        return above | ((long)slot << shift);
    }

    /// <summary>Puts a node where its deadline belongs, or at the end of <paramref name="passed"/> if that is not ahead.</summary>
    private void Insert(int index, ref TimerNode node, int passed)
    {
        var deadline = node.Deadline;
        if (deadline <= _current)
        {
            Append(passed, index, ref node);
            return;
        }

        var level = BitOperations.Log2((ulong)(deadline ^ _current)) / DigitBits;
        var slot = (int)(deadline >> (level * DigitBits)) & (SlotsPerLevel - 1);
        Append((level * SlotsPerLevel) + slot, index, ref node);
        _occupied[level] |= 1UL << slot;
        _occupiedLevels |= 1u << level;
    }

    private void Append(int head, int index, ref TimerNode node)
    {
        ref var list = ref At(head);
        node.Next = head;
        node.Previous = list.Previous;
        At(list.Previous).Next = index;
        list.Previous = index;
    }

    private void Unlink(ref TimerNode node)
    {
        At(node.Previous).Next = node.Next;
        At(node.Next).Previous = node.Previous;
        // Both neighbours are the head: the list is empty now.
        if (node.Next == node.Previous && node.Next < DueList) MarkEmpty(node.Next);
    }

    private void MarkEmpty(int head)
    {
        var level = head / SlotsPerLevel;
        if ((_occupied[level] &= ~(1UL << (head % SlotsPerLevel))) == 0) _occupiedLevels &= ~(1u << level);
    }

    private bool IsEmpty(int head) => At(head).Next == head;

    private void MakeEmpty(int head)
    {
        ref var list = ref At(head);
        list.Next = head;
        list.Previous = head;
    }

    /// <summary>Moves all of one list to the end of another.</summary>
    private void Splice(int from, int to)
    {
        ref var source = ref At(from);
        if (source.Next == from) return;
        ref var target = ref At(to);
        At(target.Previous).Next = source.Next;
        At(source.Next).Previous = target.Previous;
        At(source.Previous).Next = to;
        target.Previous = source.Previous;
        MakeEmpty(from);
    }
}
