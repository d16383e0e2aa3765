using System.Diagnostics;

namespace Motet.Polling;

/// <summary>Time that only goes forward, in the ticks of <see cref="Stopwatch"/>. All roundings are upwards, so that nothing is early.</summary>
internal static class MonotonicTime
{
    // Both are powers of ten on the systems we run on (nanoseconds; 100 ns), so one divides the other.
    private static readonly long TicksPerTimeSpanTick = Stopwatch.Frequency / TimeSpan.TicksPerSecond;

    /// <summary>This moment.</summary>
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
        return left <= 0 ? TimeSpan.Zero : new TimeSpan(left / TicksPerTimeSpanTick + (left % TicksPerTimeSpanTick == 0 ? 0 : 1));
    }

    /// <summary>A span in ticks, at most the largest number.</summary>
    public static long ToTicks(TimeSpan span) =>
        span.Ticks > long.MaxValue / TicksPerTimeSpanTick ? long.MaxValue : span.Ticks * TicksPerTimeSpanTick;
}
