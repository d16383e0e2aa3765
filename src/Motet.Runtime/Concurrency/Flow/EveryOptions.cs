namespace Motet.Runtime;

/// <summary>How <see cref="Every"/> beats.</summary>
public sealed class EveryOptions
{
    internal static readonly EveryOptions Default = new();

    /// <summary>What becomes of ticks that came due while the consumer was busy; by default they are left out.</summary>
    public MissedTicks MissedTicks { get; init; } = MissedTicks.Skip;

    /// <summary>
    /// Whether the beats are at multiples of the interval on the clock of the day, UTC (of the scheduler's <see cref="TimeProvider"/>): a minute's interval ticks at each full minute, a week's on Monday. When that clock is set, the beat goes with it, within
    /// a minute; a beat that was given is not repeated when the clock is set back by less than an interval. Not with <see cref="MissedTicks.Delay"/>.
    /// </summary>
    public bool IsAligned { get; init; }
}
