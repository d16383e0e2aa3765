namespace Motet.Runtime.Testing;

/// <summary>What the virtual scheduler can run next: a step or a timer that is due.</summary>
internal readonly struct ReadyItem
{
    public ReadyItem(CoprocessStep step) => Step = step;

    public ReadyItem(TimerEntry timer) => Timer = timer;

    public CoprocessStep Step { get; }

    public TimerEntry? Timer { get; }

    /// <summary>Items with the same key keep their order.</summary>
    public object Key => Timer ?? Step.Key;
}
