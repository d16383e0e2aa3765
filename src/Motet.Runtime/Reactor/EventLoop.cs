using System.Diagnostics;
using Motet.Polling;

namespace Motet.Runtime;

/// <summary>
/// A thread of its own with one poll engine, one timer wheel and one run queue. It waits for descriptors, timers and posted work and calls what
/// belongs to them, one after another: code on a loop never overlaps with other code on it and needs no locks for state that lives there. An <c>await</c>
/// in such code comes back to the loop.
/// </summary>
/// <remarks>
/// A turn: poll (without waiting if there is work), call ready resources, fire due timers, run posted callbacks, run deferred tasks. Each part has a
/// budget (<see cref="EventLoopOptions"/>), so none can starve another. Nothing a callback throws ends the loop.
/// </remarks>
public sealed partial class EventLoop : IDisposable, IAsyncDisposable
{
    private static int _lastId;

    [ThreadStatic]
    private static EventLoop? _currentLoop;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly Poller _poller;
    private readonly Registrar _registrar;
    private readonly byte[] _receiveBuffer;

    private EventLoop(EventLoopOptions options)
    {
        options.Validate();
        Options = options;
        Id = Interlocked.Increment(ref _lastId);
        Name = options.Name ?? $"motet-loop-{Id}";
        _poller = options.CreateEngine is null ? new Poller() : new Poller(options.CreateEngine());
        _registrar = _poller.Registrar;
        _notifications = new Notification[options.MaxNotificationsPerTurn];
        // Pinned and long-lived: on the pinned heap it is in nobody's way and its address never changes.
        _receiveBuffer = GC.AllocateUninitializedArray<byte>(options.ReceiveBufferSize, pinned: true);
        _origin = Stopwatch.GetTimestamp();
        _now = _origin;
        _turnEnd = _origin;
        _timeBudget = Math.Max(1, (long)(options.TurnTimeBudget.TotalSeconds * Stopwatch.Frequency));
        _callbackBudget = options.MaxCallbacksPerTurn;
        SynchronizationContext = new LoopSynchronizationContext(this);
        TimeProvider = new LoopTimeProvider(this);
        Scheduler = new LoopScheduler(this);
        _thread = new Thread(RunThread) { IsBackground = true, Name = Name };
    }

    /// <summary>The loop whose thread this is, or null. Any thread; costs about a nanosecond.</summary>
    public static EventLoop? Current => _currentLoop;

    /// <summary>Whether the caller is on this loop's thread. Any thread.</summary>
    public bool IsCurrent => _currentLoop == this;

    /// <summary>The options the loop was started with. Any thread.</summary>
    public EventLoopOptions Options { get; }

    /// <summary>Name of the loop and of its thread. Any thread.</summary>
    public string Name { get; }

    /// <summary>A number that no other loop of the process has; from 1. Any thread.</summary>
    public int Id { get; }

    /// <summary>
    /// Ends when the loop has ended and its thread does nothing more; never fails. Any thread.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// The context that brings work to this loop, current on its thread. <c>Post</c> is like <see cref="Post(Action{object?}, object?)"/>; <c>Send</c> runs
    /// at once on the loop, and elsewhere blocks until the loop has run it. Any thread.
    /// </summary>
    public SynchronizationContext SynchronizationContext { get; }

    /// <summary>
    /// Time for libraries: timers (<c>Task.Delay(…, provider)</c>, <c>CancellationTokenSource</c>) run on the loop's wheel and call back on the loop.
    /// Creating, changing and disposing them is for any thread, cheapest on the loop.
    /// </summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Runs coprocesses on this loop. Any thread.</summary>
    public CoprocessScheduler Scheduler { get; }

    /// <summary>
    /// Scratch memory for whoever is running on the loop: its content is anybody's after the callback returns or at the first <c>await</c>. Pinned,
    /// <see cref="EventLoopOptions.ReceiveBufferSize"/> bytes. Loop only.
    /// </summary>
    public Memory<byte> ReceiveBuffer => _receiveBuffer;

    /// <summary>
    /// Starts a loop on a thread of its own, a background thread: it does not keep the process alive. The caller's execution context does not flow into it.
    /// </summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="PollException">The system has no descriptors left for the poll engine.</exception>
    public static EventLoop Start(EventLoopOptions? options = null)
    {
        var loop = new EventLoop(options ?? EventLoopOptions.Default);
        loop._thread.UnsafeStart();
        return loop;
    }

    /// <summary>
    /// A loop for code that has none of its own, such as a program that only connects to servers: the same one for the whole process, started when first asked for, on a background thread. It is not to be stopped. Any thread.
    /// </summary>
    /// <exception cref="PollException">The system has no descriptors left for the poll engine.</exception>
    public static EventLoop Shared => SharedLoop.Value;

    internal void CheckLoop()
    {
        if (_currentLoop != this) ThrowNotOnLoop();
    }

    private void ThrowNotOnLoop()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _wakeState) == Ended, this);
        throw new InvalidOperationException($"Only code on {Name} may do this. Use Post or InvokeAsync to get there.");
    }

    /// <summary>Apart, so that the loop starts with the first one who asks.</summary>
    private static class SharedLoop
    {
        public static readonly EventLoop Value = Start(new EventLoopOptions { Name = "Motet shared loop" });
    }
}
