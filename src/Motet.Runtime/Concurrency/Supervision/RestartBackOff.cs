namespace Motet.Runtime;

/// <summary>
/// The times between restarts of what fails again and again. The first restart comes at once: one accident costs nothing. The second waits for <see cref="Initial"/>, each one after that <see cref="Factor"/> times as long, up to
/// <see cref="Max"/>. What has run for <see cref="ResetAfter"/> begins at the front again.
/// </summary>
public sealed class RestartBackOff
{
    /// <summary>The wait before the second restart in a row; default 100 ms.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait; default 30 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What each wait is longer than the last; at least 1, default 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The part of each wait that is left to chance, from 0 to 1: a wait is between (1 - jitter) times its length and its length. Default 0.5: those who failed together do not come back together.</summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>How long a child, or a group, must have run since its start for its failures to be forgotten; default 1 minute.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Makes chance repeatable, for tests; null for real chance.</summary>
    public int? Seed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Initial, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Max, Initial);
        if (!(Factor >= 1)) throw new ArgumentOutOfRangeException(nameof(Factor), Factor, "A wait is not shorter than the one before.");
        if (!(Jitter is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Jitter), Jitter, "The jitter is a part, from 0 to 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(ResetAfter, TimeSpan.Zero);
    }

    /// <summary>The wait after so many failures in a row.</summary>
    internal TimeSpan DelayAfter(int failures, Random random)
    {
        if (failures <= 1) return TimeSpan.Zero;
        // In doubles, where a power that is too large becomes infinite and is cut.
        var ticks = Math.Min(Max.Ticks, Initial.Ticks * Math.Pow(Factor, failures - 2));
        return TimeSpan.FromTicks((long)(ticks * (1 - (Jitter * random.NextDouble()))));
    }
}
