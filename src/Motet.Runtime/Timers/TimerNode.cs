namespace Motet.Runtime;

/// <summary>One timer in the wheel, or the head of one of its lists. 32 bytes, linked by index.</summary>
internal struct TimerNode
{
    /// <summary>The timer's owner; null while the node is free or heads a list.</summary>
    public ITimerHandler? Handler;

    /// <summary>The first tick at which the timer may fire.</summary>
    public long Deadline;

    public int Next;
    public int Previous;
    public uint Generation;
}
