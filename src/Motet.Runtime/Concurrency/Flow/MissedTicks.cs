namespace Motet.Runtime;

/// <summary>What becomes of the ticks of <see cref="Every"/> that came due while the consumer was busy.</summary>
public enum MissedTicks
{
    /// <summary>The newest one is given, at once, and says how many are left out (<see cref="Tick.Missed"/>); the beat stays as it was.</summary>
    Skip,

    /// <summary>Each is given, one right after another, until the consumer has caught up; the beat stays as it was.</summary>
    CatchUp,

    /// <summary>One is given, at once, and the beat begins anew with it: there is always at least the interval between two.</summary>
    Delay,
}
