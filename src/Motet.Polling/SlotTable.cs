using System.Runtime.CompilerServices;

namespace Motet.Polling;

/// <summary>
/// Hands out tokens. All members need the registrar's lock but <see cref="Filter"/>, which the waiting thread calls without: it reads a generation that
/// another thread may be changing, and both answers are right at that moment.
/// </summary>
internal sealed class SlotTable
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;

    // Chunks never move, so a reader without the lock sees each change, whichever directory it holds.
    private Slot[][] _chunks = [];

    // What only registrations need: a descriptor, the place in the timer heap, or the next free slot.
    private int[] _links = [];
    private SlotKind[] _kinds = [];
    private int _used;
    private int _free = -1;

    /// <summary>How many tokens are in force.</summary>
    public int Count { get; private set; }

    public Token Allocate(SlotKind kind, int link, Readiness mask)
    {
        int index;
        if (_free >= 0)
        {
            index = _free;
            _free = _links[index];
        }
        else
        {
            index = _used;
            if (index == _chunks.Length << ChunkBits)
                Grow();
            _used++;
        }

        ref var slot = ref At(index);
        slot.Mask = mask;
        _links[index] = link;
        _kinds[index] = kind;
        Count++;
        return new Token((uint)index, slot.Generation);
    }

    /// <summary>Ends a token: events that still carry it are stale from now on.</summary>
    public void Release(Token token)
    {
        var index = (int)token.Slot;
        ref var slot = ref At(index);
        _kinds[index] = SlotKind.None;
        Count--;

        // The generation after the last one is 0, which no token has: such a slot is retired, so that no token ever repeats.
        var next = slot.Generation + 1;
        Volatile.Write(ref slot.Generation, next);
        if (next == 0)
            return;
        _links[index] = _free;
        _free = index;
    }

    public bool IsLive(Token token, SlotKind kind) =>
        token.Slot < (uint)_used && At((int)token.Slot).Generation == token.Generation && _kinds[token.Slot] == kind;

    public ref int Link(Token token) => ref _links[token.Slot];

    public void SetMask(Token token, Readiness mask) => At((int)token.Slot).Mask = mask;

    /// <summary>Reduces a report to what the token's owner asked for: nothing when the token has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Readiness Filter(Notification notification)
    {
        var chunks = Volatile.Read(ref _chunks);
        var index = notification.Token.Slot;
        if (index >> ChunkBits >= (uint)chunks.Length)
            return Readiness.None;
        ref var slot = ref chunks[index >> ChunkBits][index & (ChunkSize - 1)];
        return Volatile.Read(ref slot.Generation) == notification.Token.Generation ? notification.Readiness & slot.Mask : Readiness.None;
    }

    /// <summary>For tests of the far end of a slot's life.</summary>
    internal void SetGeneration(uint slot, uint generation) => At((int)slot).Generation = generation;

    private ref Slot At(int index) => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    private void Grow()
    {
        var chunk = new Slot[ChunkSize];
        for (var i = 0; i < chunk.Length; i++)
            chunk[i].Generation = 1;
        var size = _used + ChunkSize;
        if (size > _links.Length)
        {
            var capacity = Math.Max(size, _links.Length * 2);
            Array.Resize(ref _links, capacity);
            Array.Resize(ref _kinds, capacity);
        }

        Volatile.Write(ref _chunks, [.. _chunks, chunk]);
    }

    private struct Slot
    {
        public uint Generation;
        public Readiness Mask;
    }
}
