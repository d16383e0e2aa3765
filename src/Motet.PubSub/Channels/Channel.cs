namespace Motet.PubSub;

/// <summary>
/// A name or a pattern that somebody in the process is subscribed to, and the loops where they are. Changed under the lock of the hub; found and read without one.
/// </summary>
internal sealed class Channel(string name, bool isPattern)
{
    private LoopChannel? _first;

    public string Name { get; } = name;

    /// <summary>Where a pattern stands in the index; null for a name.</summary>
    public PatternEntry<Channel>? Entry { get; private set; }

    public bool IsPattern { get; } = isPattern;

    /// <summary>The loops with subscribers, linked by <see cref="LoopChannel.Next"/>. One that is removed still leads to those behind it.</summary>
    public LoopChannel? First => Volatile.Read(ref _first);

    public PatternEntry<Channel> CreateEntry() => Entry = new PatternEntry<Channel>(new GlobPattern(Name), this);

    public LoopChannel? Find(PubSubLoop loop)
    {
        for (var local = First; local is not null; local = local.Next)
        {
            if (local.Loop == loop) return local;
        }

        return null;
    }

    public void Add(LoopChannel local)
    {
        local.Next = _first;
        Volatile.Write(ref _first, local);
    }

    public void Remove(LoopChannel local)
    {
        if (_first == local)
        {
            Volatile.Write(ref _first, local.Next);
            return;
        }

        for (var before = _first; before is not null; before = before.Next)
        {
            if (before.Next != local) continue;
            before.Next = local.Next;
            return;
        }
    }
}
