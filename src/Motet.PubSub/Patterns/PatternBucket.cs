namespace Motet.PubSub;

/// <summary>Patterns with the same literal prefix. One writer at a time; readers need no lock and skip what is null.</summary>
internal sealed class PatternBucket<T>
{
    private PatternEntry<T>?[] _entries = new PatternEntry<T>?[1];
    private int _end;

    public int Count { get; private set; }

    /// <summary>What is there now. A pattern that is added or removed meanwhile may be seen or not.</summary>
    public ReadOnlySpan<PatternEntry<T>?> Entries => Volatile.Read(ref _entries);

    public void Add(PatternEntry<T> entry)
    {
        if (_end == _entries.Length) Move(Count < _end / 2 ? _entries.Length : _entries.Length * 2);
        entry.Slot = _end;
        Volatile.Write(ref _entries[_end++], entry);
        Count++;
    }

    public void Remove(PatternEntry<T> entry)
    {
        Volatile.Write(ref _entries[entry.Slot], null);
        entry.Slot = -1;
        Count--;
        // Half of the room empty at the least: each move is paid for by as many removals.
        if (Count < _entries.Length / 4) Move(_entries.Length / 2);
    }

    // Readers go on with the old array.
    private void Move(int capacity)
    {
        var entries = new PatternEntry<T>?[capacity];
        var end = 0;
        for (var i = 0; i < _end; i++)
        {
            if (_entries[i] is not { } entry) continue;
            entry.Slot = end;
            entries[end++] = entry;
        }

        _end = end;
        Volatile.Write(ref _entries, entries);
    }
}
