namespace Motet.PubSub;

/// <summary>What the channels of a name or pattern remember of what was published. A publication is forgotten when one of the limits says so.</summary>
/// <param name="Channel">The name of a channel, or a pattern.</param>
/// <param name="IsPattern">Whether it is a pattern, by the rules of <see cref="SubscribeOptions.IsPattern"/>; each channel that matches has a history of its own.</param>
public sealed record HistoryOptions(string Channel, bool IsPattern = false)
{
    /// <summary>Publications that are remembered. Default 100: what fits on a screen or two.</summary>
    public int MaxMessages { get; init; } = 100;

    /// <summary>How long a publication is remembered; <see cref="Timeout.InfiniteTimeSpan"/> for any time. Default 5 minutes: longer than a client that lost its connection needs to come back.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes that one channel remembers. Default 1 MiB.</summary>
    public long MaxBytes { get; init; } = 1024 * 1024;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Channel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBytes);
        if (MaxAge != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaxAge, TimeSpan.Zero);
    }
}
