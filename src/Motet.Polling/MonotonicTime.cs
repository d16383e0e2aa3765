using System.Diagnostics;

namespace Motet.Polling;

/// <summary>Time that only goes forward, in the ticks of <see cref="Stopwatch"/>. All roundings are upwards, so that nothing is early.</summary>
internal static class MonotonicTime
{
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>The moment a span after another; the end of time instead of an overflow.</summary>
    public static long After(long moment, TimeSpan span)
    {
        var ticks = ToTicks(span);
        return ticks > long.MaxValue - moment ? long.MaxValue : moment + ticks;
    }

    /// <summary>What is left until a moment, zero when it has come.</summary>
    public static TimeSpan Until(long moment, long now)
    {
        var left = moment - now;
        if (left <= 0)
            return TimeSpan.Zero;
        var ticks = ((Int128)left * TimeSpan.TicksPerSecond + Stopwatch.Frequency - 1) / Stopwatch.Frequency;
        return new TimeSpan(ticks > TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue.Ticks : (long)ticks);
    }

    public static long ToTicks(TimeSpan span)
    {
        var ticks = ((Int128)span.Ticks * Stopwatch.Frequency + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        return ticks > long.MaxValue ? long.MaxValue : (long)ticks;
    }
}
