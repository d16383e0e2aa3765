
namespace Motet.Polling;

/// <summary>
/// The system's way to wait for descriptors. A <see cref="Poller"/> owns one; it alone calls these members, and keeps the bookkeeping (which descriptor has
/// which token, stale events, timers, channels) to itself. Derive from it to bring an engine of your own.
/// </summary>
/// <remarks>
/// <para><see cref="Add"/>, <see cref="Modify"/> and <see cref="Remove"/> are called from any thread, one at a time, also while another thread is inside
/// <see cref="Wait"/>: what they change is in force at the latest in the next wait, and immediately for a wait in progress.</para>
/// <para><see cref="Wait"/> has one caller at a time. <see cref="Wake"/> comes from any thread. <see cref="IDisposable.Dispose"/> comes last, with nothing else under way.</para>
/// </remarks>
public abstract class PollEngine : IDisposable
{
    /// <summary>What <see cref="Wait"/> returns when it has nothing to report though the time is not up.</summary>
    public const int Early = -1;

    private static readonly Kqueue? SystemKqueue = Kqueue.Find();

    /// <summary>The short name, such as <c>epoll</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Begins to watch a descriptor that this engine does not watch yet.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    /// <param name="token">What its events are to be reported with.</param>
    /// <param name="interest">What to wait for.</param>
    /// <param name="mode">When to repeat a report.</param>
    /// <exception cref="PollException">The engine or the system refuses; with <see cref="PollError.NotPollable"/> for regular files.</exception>
    public abstract void Add(int descriptor, Token token, Interest interest, TriggerMode mode);

    /// <summary>Replaces token, interest and mode of a watched descriptor and arms it again: what is ready now is reported anew.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="token">What its events are to be reported with.</param>
    /// <param name="interest">What to wait for, in place of (not in addition to) what was asked for before.</param>
    /// <param name="mode">When to repeat a report.</param>
    /// <exception cref="PollException"><see cref="PollError.NotRegistered"/> when the system forgot the descriptor because it was closed.</exception>
    public abstract void Modify(int descriptor, Token token, Interest interest, TriggerMode mode);

    /// <summary>Stops watching. That the descriptor is closed already is no error.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <exception cref="PollException">The system refuses for a reason that is not the closed descriptor.</exception>
    public abstract void Remove(int descriptor);

    /// <summary>
    /// Waits for events. May come back early, and says so (<see cref="Early"/>): the poller goes on for what is left. Time is rounded up to what the system knows. A
    /// direction that was asked for is reported as ready also when the peer is gone or an error is pending; one that was not asked for may be reported too (the
    /// poller masks it).
    /// </summary>
    /// <param name="notifications">Where events go, at least one place; what does not fit is reported by the next wait.</param>
    /// <param name="timeout">How long to wait at most; zero only looks; <see cref="Timeout.InfiniteTimeSpan"/> is without limit.</param>
    /// <returns>How many events were written; 0 when the time is up; <see cref="Early"/> when it came back before, with nothing: a signal, <see cref="Wake"/>, or no reason.</returns>
    public abstract int Wait(Span<Notification> notifications, TimeSpan timeout);

    /// <summary>Makes the wait in progress, or the next one, return early. Any thread; many calls may become one.</summary>
    public abstract void Wake();

    /// <summary>Gives the system's resources back. The watched descriptors stay open: they are the caller's.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the system's resources back.</summary>
    /// <param name="disposing">False when the garbage collector calls.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>
    /// The names of the engines that this machine has, the best one first. <c>kqueue</c> is taken from the C library on macOS and the BSDs, or from the library that the
    /// environment variable <c>MOTET_KQUEUE_LIBRARY</c> names when the process starts (libkqueue on Linux).
    /// </summary>
    public static IReadOnlyList<string> Available { get; } = FindAvailable();

    /// <summary>Makes the best engine of this machine: epoll on Linux, kqueue on macOS and the BSDs, otherwise poll.</summary>
    /// <exception cref="PollException">The system has no descriptors or memory left.</exception>
    public static PollEngine CreateDefault() => Create(Available[0]);

    /// <summary>Makes the engine of a name.</summary>
    /// <param name="name">One of <see cref="Available"/>: <c>epoll</c>, <c>kqueue</c> or <c>poll</c>.</param>
    /// <exception cref="PollException"><see cref="PollError.NotSupported"/> when this machine has no such engine; <see cref="PollError.LimitReached"/>.</exception>
    public static PollEngine Create(string name) => name switch
    {
        "epoll" when Available.Contains(name) => new EpollEngine(),
        "kqueue" when Available.Contains(name) => new KqueueEngine(SystemKqueue!),
        "poll" when Available.Contains(name) => new PosixPollEngine(),
        _ => throw new PollException(PollError.NotSupported, $"There is no engine '{name}' here; there is: {string.Join(", ", Available)}."),
    };

    private static string[] FindAvailable()
    {
        var names = new List<string>();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
            names.Add("epoll");
        if (SystemKqueue is not null)
            names.Add("kqueue");
        if (!OperatingSystem.IsWindows())
            names.Add("poll");
        return [.. names];
    }
}
