namespace Motet.Runtime.Testing;

/// <summary>A timer of the virtual clock.</summary>
internal sealed class TimerEntry(TimerId id, long due, ITimerHandler handler) : IComparable<TimerEntry>
{
    public TimerId Id { get; } = id;

    public long Due { get; } = due;

    /// <summary>Taken back after it was due, and before its turn.</summary>
    public bool IsCanceled { get; set; }

    public void Fire() => handler.OnTimer(Id);

    public int CompareTo(TimerEntry? other)
    {
        var byDue = Due.CompareTo(other!.Due);
        return byDue != 0 ? byDue : Id.Value.CompareTo(other.Id.Value);
    }
}
