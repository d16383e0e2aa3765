using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>
/// A moment on the monotonic clock of a <see cref="CoprocessScheduler"/> (loop time, virtual time in tests), for one budget of time over several steps. Not affected by changes of the system's clock. A value of 8 bytes;
/// <c>default</c> has passed.
/// </summary>
public readonly record struct Deadline : IComparable<Deadline>
{
    internal Deadline(long timestamp) => Timestamp = timestamp;

    /// <summary>No deadline: it never comes.</summary>
    public static Deadline Never => new(long.MaxValue);

    /// <summary>This moment.</summary>
    public static Deadline Now => new(CoprocessScheduler.Current.GetTimestamp());

    /// <summary>Whether it never comes.</summary>
    public bool IsNever => Timestamp == long.MaxValue;

    /// <summary>Whether it has come.</summary>
    public bool HasPassed => !IsNever && CoprocessScheduler.Current.GetTimestamp() >= Timestamp;

    /// <summary>The time that is left: zero when it has come, <see cref="TimeSpan.MaxValue"/> when it never comes.</summary>
    public TimeSpan Remaining => RemainingAt(CoprocessScheduler.Current.GetTimestamp());

    internal long Timestamp { get; }

    /// <summary>The moment that comes after <paramref name="time"/>: at once for zero or less, never for <see cref="Timeout.InfiniteTimeSpan"/> or <see cref="TimeSpan.MaxValue"/>.</summary>
    public static Deadline After(TimeSpan time) => After(time, CoprocessScheduler.Current);

    /// <summary>The earlier of two.</summary>
    public static Deadline Min(Deadline first, Deadline second) => first.Timestamp <= second.Timestamp ? first : second;

    /// <summary>Earlier ones are less.</summary>
    public int CompareTo(Deadline other) => Timestamp.CompareTo(other.Timestamp);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(Deadline left, Deadline right) => left.Timestamp < right.Timestamp;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(Deadline left, Deadline right) => left.Timestamp > right.Timestamp;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(Deadline left, Deadline right) => left.Timestamp <= right.Timestamp;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(Deadline left, Deadline right) => left.Timestamp >= right.Timestamp;

    /// <summary>The moment <paramref name="time"/> later.</summary>
    public static Deadline operator +(Deadline deadline, TimeSpan time) => deadline.IsNever ? deadline : new Deadline(Add(deadline.Timestamp, time));

    /// <summary>The remaining time, for people.</summary>
    public override string ToString() => IsNever ? "never" : $"in {Remaining}";

    internal static Deadline After(TimeSpan time, CoprocessScheduler scheduler)
        => time == Timeout.InfiniteTimeSpan ? Never : new Deadline(Add(scheduler.GetTimestamp(), time));

    /// <summary>The time from this moment until a later one.</summary>
    internal TimeSpan TimeUntil(Deadline later) => Stopwatch.GetElapsedTime(Timestamp, later.Timestamp);

    internal TimeSpan RemainingAt(long timestamp)
    {
        if (IsNever) return TimeSpan.MaxValue;
        var left = Timestamp - timestamp;
        return left <= 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(0, left);
    }

    private static long Add(long timestamp, TimeSpan time)
    {
        if (time <= TimeSpan.Zero) return timestamp;
        // Whole seconds and the rest apart: centuries in nanoseconds do not fit in 64 bits.
        var seconds = time.Ticks / TimeSpan.TicksPerSecond;
        if (seconds >= (long.MaxValue - timestamp) / Stopwatch.Frequency - 1) return long.MaxValue;
        var rest = time.Ticks % TimeSpan.TicksPerSecond;
        return timestamp + (seconds * Stopwatch.Frequency) + (((rest * Stopwatch.Frequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
    }
}
