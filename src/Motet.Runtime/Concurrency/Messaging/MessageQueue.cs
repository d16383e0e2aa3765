namespace Motet.Runtime;

/// <summary>Messages in the order in which they came: a ring that grows, from whose middle can be taken. Used under the lock of its owner.</summary>
internal struct MessageQueue
{
    private const int FirstSize = 4;

    private Entry[]? _entries;
    private int _head;

    public int Count { get; private set; }

    /// <summary>Those that do not count against the capacity.</summary>
    public int CountBeyond { get; private set; }

    public readonly ref readonly Entry this[int index] => ref At(index);

    /// <summary>Adds a message behind all others.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sequence">Its number: higher than that of all others.</param>
    /// <param name="isBeyond">Whether it does not count against the capacity.</param>
    public void Add(object message, long sequence, bool isBeyond)
    {
        if (_entries is null || Count == _entries.Length) Grow();
        At(Count) = new Entry(message, sequence, isBeyond);
        Count++;
        if (isBeyond) CountBeyond++;
    }

    public object RemoveAt(int index)
    {
        var removed = At(index);
        // Those in front of it move: a selective receive takes from near the front.
        for (; index > 0; index--) At(index) = At(index - 1);
        At(0) = default;
        _head = (_head + 1) & (_entries!.Length - 1);
        Count--;
        if (removed.IsBeyond) CountBeyond--;
        return removed.Message;
    }

    /// <summary>The first place with this number or a higher one; <see cref="Count"/> when there is none.</summary>
    public readonly int IndexFrom(long sequence)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (At(middle).Sequence < sequence) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The place of this very message, or -1.</summary>
    public readonly int IndexOf(object message)
    {
        for (var index = 0; index < Count; index++)
        {
            if (ReferenceEquals(At(index).Message, message)) return index;
        }

        return -1;
    }

    public void Clear()
    {
        _entries = null;
        _head = Count = CountBeyond = 0;
    }

    private readonly ref Entry At(int index) => ref _entries![(_head + index) & (_entries.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[_entries is null ? FirstSize : _entries.Length * 2];
        for (var index = 0; index < Count; index++) larger[index] = At(index);
        _entries = larger;
        _head = 0;
    }

    internal readonly struct Entry(object message, long sequence, bool isBeyond)
    {
        public readonly object Message = message;
        public readonly long Sequence = sequence;
        public readonly bool IsBeyond = isBeyond;
    }
}
