namespace Motet.Polling;

/// <summary>
/// The timers of a poller, the next one on top. Each timer's slot links to its place, so cancelling is as cheap as setting: O(log n). All members need the
/// registrar's lock but <see cref="NextDue"/>.
/// </summary>
internal sealed class TimerHeap(SlotTable slots)
{
    /// <summary>The period of a timer that fires once.</summary>
    public const long Once = -1;

    private Entry[] _entries = new Entry[16];
    private long _sequence;
    private long _nextDue = long.MaxValue;

    public int Count { get; private set; }

    /// <summary>When the next timer is due; the end of time when there is none. Any thread, without the lock.</summary>
    public long NextDue => Volatile.Read(ref _nextDue);

    public void Add(Token token, long due, long period)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        Count++;
        Up(Count - 1, new Entry(token, due, _sequence++, period));
        Publish();
    }

    public void Remove(Token token)
    {
        RemoveAt(slots.Link(token));
        Publish();
    }

    /// <summary>Takes timers that are due: an interval is set anew, a time-out ends with its token.</summary>
    public int Take(Span<Notification> notifications, long now)
    {
        var taken = 0;
        while (taken < notifications.Length && Count > 0 && _entries[0].Due <= now)
        {
            var entry = _entries[0];
            notifications[taken++] = new Notification(entry.Token, Readiness.Readable);
            if (entry.Period == Once)
            {
                RemoveAt(0);
                slots.Release(entry.Token);
            }
            else
            {
                Down(0, entry with { Due = NextTick(entry.Due, entry.Period, now), Sequence = _sequence++ });
            }
        }

        Publish();
        return taken;
    }

    /// <summary>
    /// The first multiple of the period after this moment: ticks that were missed are left out, and the rhythm stays. Always later than now, so that a period
    /// of zero fires once a wait and leaves room for the rest.
    /// </summary>
    internal static long NextTick(long due, long period, long now)
    {
        if (period == 0)
            return now + 1;
        var missed = (now - due) / period;
        return period > (long.MaxValue - due) / (missed + 1) ? long.MaxValue : due + (missed + 1) * period;
    }

    private void Publish() => Volatile.Write(ref _nextDue, Count == 0 ? long.MaxValue : _entries[0].Due);

    private void RemoveAt(int index)
    {
        var last = _entries[--Count];
        if (index == Count)
            return;
        if (index > 0 && last.IsBefore(_entries[(index - 1) / 2]))
            Up(index, last);
        else
            Down(index, last);
    }

    private void Up(int index, Entry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!entry.IsBefore(_entries[parent]))
                break;
            Place(index, _entries[parent]);
            index = parent;
        }

        Place(index, entry);
    }

    private void Down(int index, Entry entry)
    {
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= Count)
                break;
            if (child + 1 < Count && _entries[child + 1].IsBefore(_entries[child]))
                child++;
            if (!_entries[child].IsBefore(entry))
                break;
            Place(index, _entries[child]);
            index = child;
        }

        Place(index, entry);
    }

    private void Place(int index, Entry entry)
    {
        _entries[index] = entry;
        slots.Link(entry.Token) = index;
    }

    /// <summary>Timers due at the same moment fire in the order they were set.</summary>
    private readonly record struct Entry(Token Token, long Due, long Sequence, long Period)
    {
        public bool IsBefore(Entry other) => Due < other.Due || (Due == other.Due && Sequence < other.Sequence);
    }
}
