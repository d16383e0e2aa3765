namespace Motet.Runtime;

/// <summary>
/// Beats at an interval: <c>await foreach (var tick in Every.Seconds(1)) …</c>. The first comes one interval after the enumeration began, and each is due at a multiple of it from there: the time that the loop's body takes does not add
/// up. A beat is never early.
/// </summary>
/// <remarks>On the clock of the scheduler. Cancelled with the scope of the consumer, or the token of <c>WithCancellation</c>. A tick never comes inside the call that asks for it, so a body that is always late does not hold its loop up.</remarks>
public static class Every
{
    /// <summary>Beats for ever, every <paramref name="seconds"/> seconds.</summary>
    /// <param name="seconds">More than zero.</param>
    /// <param name="options">Null for the defaults.</param>
    public static IAsyncEnumerable<Tick> Seconds(double seconds, EveryOptions? options = null) => Interval(TimeSpan.FromSeconds(seconds), options);

    /// <summary>Beats for ever, with <paramref name="interval"/> from one to the next.</summary>
    /// <param name="interval">More than zero.</param>
    /// <param name="options">Null for the defaults.</param>
    public static IAsyncEnumerable<Tick> Interval(TimeSpan interval, EveryOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        options ??= EveryOptions.Default;
        if (options is { IsAligned: true, MissedTicks: MissedTicks.Delay })
            throw new ArgumentException("A beat that is aligned to the clock cannot be delayed: choose Skip or CatchUp.", nameof(options));
        return new Beat(interval, options);
    }
}
