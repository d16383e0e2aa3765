using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Motet.Runtime;

/// <summary>The passing of time: which timers become due, and how they are handed out.</summary>
internal sealed partial class TimerWheel
{
    /// <summary>
    /// Moves time to <paramref name="now"/> as far as <paramref name="budget"/> allows: that many nodes are distributed at
    /// most, and <see cref="HasWork"/> stays true while some are left. Due timers are then there to take, in the
    /// order of their deadlines.
    /// </summary>
    public void Advance(long now, int budget)
    {
        // What was set as already due waits for this call, so a handler that sets a timer of zero while the due ones are
        // taken is not called again in the same round.
        Splice(IncomingList, DueList);
        while (Distribute(ref budget))
        {
            if (_occupiedLevels == 0) break;
            var level = BitOperations.TrailingZeroCount(_occupiedLevels);
            var slot = BitOperations.TrailingZeroCount(_occupied[level]);
            var start = SlotStart(level, slot);
            if (start > now) break;
            _current = start;
            var head = (level * SlotsPerLevel) + slot;
            Splice(head, level == 0 ? DueList : CascadeList);
            MarkEmpty(head);
        }

        MoveTo(now);
    }

    /// <summary>
    /// Moves the current tick ahead when nothing lies between, so that new timers are placed on the lowest level possible. O(1).
    /// </summary>
    public void MoveTo(long now)
    {
        if (now > _current && NextSlotTick > now) _current = Math.Min(now, MaxTick);
    }

    /// <summary>Takes the next due timer out of the wheel. Its id is spent from then on.</summary>
    public bool TryTake(out TimerId id, [MaybeNullWhen(false)] out ITimerHandler handler)
    {
        var index = At(DueList).Next;
        if (index == DueList)
        {
            id = default;
            handler = null;
            return false;
        }

        ref var node = ref At(index);
        id = new TimerId(index, node.Generation);
        handler = node.Handler!;
        Unlink(ref node);
        Release(index, ref node);
        return true;
    }

    /// <summary>Distributes nodes of slots whose start was reached. True when none is left.</summary>
    private bool Distribute(ref int budget)
    {
        while (!IsEmpty(CascadeList))
        {
            if (budget-- <= 0) return false;
            var index = At(CascadeList).Next;
            ref var node = ref At(index);
            Unlink(ref node);
            Insert(index, ref node, DueList);
        }

        return true;
    }
}
