using System.Diagnostics;

namespace Motet.Runtime.Testing;

/// <summary>Moments of the virtual clock, in ticks of <see cref="Stopwatch"/>.</summary>
internal static class VirtualTicks
{
    // A machine that has been up for a day: zero would hide code that takes it for "no time".
    public static readonly long Origin = 86_400 * Stopwatch.Frequency;

    /// <summary>The moment <paramref name="time"/> later, rounded up; for infinite and immense times, never.</summary>
    public static long After(long timestamp, TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan) return long.MaxValue;
        if (time <= TimeSpan.Zero) return timestamp;
        var ticks = (((Int128)time.Ticks * Stopwatch.Frequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        return ticks >= long.MaxValue - timestamp ? long.MaxValue : timestamp + (long)ticks;
    }
}
