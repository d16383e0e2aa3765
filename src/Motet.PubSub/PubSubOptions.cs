using Microsoft.Extensions.Logging;

namespace Motet.PubSub;

/// <summary>The limits and habits of a <see cref="PubSubHub"/>.</summary>
public sealed record PubSubOptions
{
    /// <summary>The defaults.</summary>
    public static PubSubOptions Default { get; } = new();

    /// <summary>
    /// The longest name of a channel, and the longest pattern, in UTF-16 code units. Default 1,024: every name that a person reads is shorter, and matching a hostile pattern with a hostile name, which
    /// costs at most the product of the two, stays in the order of a millisecond.
    /// </summary>
    public int MaxNameLength { get; init; } = 1024;

    /// <summary>
    /// Bytes that a client may have pending (<see cref="Net.Client.Pending"/>) before publications wait here instead. Default 256 KiB: more than a connection gathers before it offers the kernel what it
    /// has, so that a client beyond it does not take what it gets.
    /// </summary>
    public int HighWatermark { get; init; } = 256 * 1024;

    /// <summary>Publications that wait for one slow subscriber at most; then the <see cref="SlowConsumerPolicy"/> decides. Default 1,024: some seconds of a busy channel.</summary>
    public int MaxWaitingMessages { get; init; } = 1024;

    /// <summary>Bytes of publications that wait for one slow subscriber at most; then the <see cref="SlowConsumerPolicy"/> decides. Default 1 MiB. The bytes themselves are shared by all who wait for the same publication.</summary>
    public int MaxWaitingBytes { get; init; } = 1024 * 1024;

    /// <summary>What happens to the publications of a subscriber that is too slow, where its subscription does not say. Default <see cref="SlowConsumerPolicy.Close"/>: one who reconnects knows that it missed something.</summary>
    public SlowConsumerPolicy SlowConsumerPolicy { get; init; } = SlowConsumerPolicy.Close;

    /// <summary>
    /// Bytes of publications that other threads may leave for one event loop before it takes them; what comes beyond it is dropped for that loop and counted. Default 64 MiB: a loop that falls behind so far is
    /// blocked, and the process must not end with it.
    /// </summary>
    public long MaxLoopBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Which channels remember what was published; the first that fits a name counts. Default none.</summary>
    public IReadOnlyList<HistoryOptions> History { get; init; } = [];

    /// <summary>
    /// Bytes that all histories together may hold, those of the objects around each publication included; beyond it those channels forget that were not published to for the longest time. Default 64 MiB.
    /// </summary>
    public long MaxHistoryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Where failures of engines are logged; nowhere when null. What callbacks and filters throw is reported by the event loop that they run on.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock of histories.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNameLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(HighWatermark);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxWaitingMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxWaitingBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxLoopBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxHistoryBytes);
        ArgumentNullException.ThrowIfNull(History);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        foreach (var history in History) history.Validate();
    }
}
