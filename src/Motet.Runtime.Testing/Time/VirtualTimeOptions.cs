using System.Diagnostics;

namespace Motet.Runtime.Testing;

/// <summary>How a run on virtual time is set up.</summary>
public sealed class VirtualTimeOptions
{
    internal static readonly VirtualTimeOptions Default = new();

    private int? _seed;

    /// <summary>
    /// The seed of the order: each time the next step is chosen at random among the coprocesses that have one, and timers that are due at the same moment fire in random order, between the steps. The same seed gives the same order, as
    /// long as nothing comes from other threads. Null, the default, for first come first served.
    /// </summary>
    public int? Seed
    {
        get => _seed;
        init => _seed = value;
    }

    /// <summary>
    /// Whether the clock goes to the next timer by itself when everything waits. Default true; otherwise it moves with <see cref="VirtualTime.AdvanceAsync"/> only.
    /// </summary>
    public bool AutoJump { get; init; } = true;

    /// <summary>
    /// How long, in real time, nothing may have happened before everything counts as waiting. Default zero, for bodies that use nothing outside of the run. Tests with sockets or other threads give what these need for an answer, some
    /// 10 ms, or hold the clock: <see cref="VirtualTime.Hold"/>.
    /// </summary>
    public TimeSpan Quiet { get; init; }

    /// <summary>
    /// The real time after which a run that waits for something else than the clock has failed, with <see cref="DeadlockException"/>. Default 5 s: more than a busy machine takes to answer from outside. Not counted while the clock is held;
    /// without effect under a debugger.
    /// </summary>
    public TimeSpan DeadlockAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The real time that the run may take in all, before it fails with a <see cref="TimeoutException"/>. Default one minute: for loops on virtual time that never end, and code that blocks its thread. Without effect under a debugger.
    /// </summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The time of day, UTC, at which the run begins. Default the year 2000.</summary>
    public DateTimeOffset StartTime { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal VirtualTimeOptions WithSeed(int seed)
    {
        var copy = (VirtualTimeOptions)MemberwiseClone();
        copy._seed = seed;
        return copy;
    }

    /// <summary>Somebody who looks at a stopped program has all the time of the world.</summary>
    internal static TimeSpan Real(TimeSpan limit) => Debugger.IsAttached ? Timeout.InfiniteTimeSpan : limit;
}
