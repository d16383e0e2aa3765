using Microsoft.Extensions.Logging;
using Motet.Polling;

namespace Motet.Runtime;

/// <summary>How an event loop is set up. Read once, when the loop starts.</summary>
public sealed class EventLoopOptions
{
    internal static readonly EventLoopOptions Default = new();

    /// <summary>Name of the loop and of its thread; <c>motet-loop-N</c> when null.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Size of <see cref="EventLoop.ReceiveBuffer"/> in bytes. Default 64 KiB: what a default Linux receive buffer holds of a burst is
    /// taken in one or two reads, and the buffer stays in the second-level cache.
    /// </summary>
    public int ReceiveBufferSize { get; init; } = 64 * 1024;

    /// <summary>
    /// Notifications taken in one poll. Default 512: one system call for as many connections as can be ready at once on a busy loop, and
    /// few enough that everything else on the loop has its turn soon.
    /// </summary>
    public int MaxNotificationsPerTurn { get; init; } = 512;

    /// <summary>
    /// Posted callbacks run in one turn from each of the two queues (from this loop, from other threads), and timers
    /// fired in one turn. The rest runs in the next turn, after a look at the descriptors. Default 1,024.
    /// </summary>
    public int MaxCallbacksPerTurn { get; init; } = 1024;

    /// <summary>
    /// Time after which each part of a turn (descriptors, timers, posted callbacks) makes room for the next one. It is looked at every few
    /// callbacks and never interrupts one. Default 10 ms, the largest delay that a mixed load gives to anybody.
    /// </summary>
    public TimeSpan TurnTimeBudget { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// How long one callback may hold the loop before the watchdog names it; <see cref="Timeout.InfiniteTimeSpan"/> turns that off. Default 250 ms: above
    /// what first-time compilation and a full garbage collection take, and already a delay that each peer of the loop notices.
    /// </summary>
    public TimeSpan LongCallbackThreshold { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Called on the watchdog's thread when a callback holds the loop longer than <see cref="LongCallbackThreshold"/>, once per site.
    /// </summary>
    public Action<LongCallback>? LongCallbackDetected { get; init; }

    /// <summary>
    /// Called on the loop for each exception that a callback let escape. When null the exception is logged only. The loop goes on in both cases.
    /// </summary>
    public Action<UnhandledLoopException>? UnhandledException { get; init; }

    /// <summary>Where the loop logs unhandled exceptions and long callbacks; nowhere when null.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Makes the poll engine, once a loop, on the thread that starts the loop; <see cref="PollEngine.CreateDefault"/> when null.</summary>
    public Func<PollEngine>? CreateEngine { get; init; }

    // Sites that the watchdog has named, over all loops that share these options. The watchdog's thread only.
    internal HashSet<string> ReportedSites { get; private init; } = [];

    internal EventLoopOptions WithName(string name) => new()
    {
        ReportedSites = ReportedSites,
        Name = name,
        ReceiveBufferSize = ReceiveBufferSize,
        MaxNotificationsPerTurn = MaxNotificationsPerTurn,
        MaxCallbacksPerTurn = MaxCallbacksPerTurn,
        TurnTimeBudget = TurnTimeBudget,
        LongCallbackThreshold = LongCallbackThreshold,
        LongCallbackDetected = LongCallbackDetected,
        UnhandledException = UnhandledException,
        Logger = Logger,
        CreateEngine = CreateEngine,
    };

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReceiveBufferSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNotificationsPerTurn);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxCallbacksPerTurn);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TurnTimeBudget, TimeSpan.Zero);
        if (LongCallbackThreshold != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LongCallbackThreshold, TimeSpan.Zero);
    }
}
