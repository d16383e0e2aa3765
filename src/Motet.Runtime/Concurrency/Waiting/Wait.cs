using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Motet.Runtime;

/// <summary>
/// One wait of one piece of code, pooled. It ends once, by whoever claims it first: who wakes it, its cancel scope, its token or its timer. A waker that finds it claimed keeps what it had
/// to give: nothing is lost to a wait that was cancelled. The continuation never runs inside the one who ends the wait; it goes through the queue of its context.
/// </summary>
/// <remarks>
/// The life of a wait: rented; joined to scope and token (<see cref="TryJoin"/>) and put in the queue of what it waits for, both under the lock of that; claimed, under a lock of those who may;
/// published, outside of locks; recycled when its result is taken. Only who has claimed it touches it until it is published, so a late canceller never meets the wait's next life.
/// </remarks>
internal abstract class Wait : CancelMember, ITimerHandler
{
    private static readonly Action<object?> Published = static _ => Debug.Fail("The marker of a published wait is not to be called.");
    private static readonly Action<object?, CancellationToken> TokenCanceledCallback = static (wait, token) => ((Wait)wait!).OnTokenCanceled(token);

    private Action<object?>? _continuation;
    private object? _state;
    private object? _context;
    private ExecutionContext? _executionContext;
    private CancellationTokenRegistration _registration;
    private CoprocessScheduler? _timers;
    private TimerId _timer;
    private long _due = long.MaxValue;

    // Odd while it is claimed. Goes up with each life, so that who has looked at an earlier one claims nothing.
    private int _life;

    /// <summary>The neighbours in the queue of what it waits for; under the owner's lock.</summary>
    public Wait? Next;

    public Wait? Previous;

    public bool IsQueued;

    /// <summary>What is waited for; told when the wait is taken back.</summary>
    public IWaitOwner? Owner { get; set; }

    /// <summary>Whatever the owner wants to remember.</summary>
    public object? Tag { get; set; }

    /// <summary>When its timer fires; <see cref="long.MaxValue"/> without.</summary>
    public long Due => Volatile.Read(ref _due);

    public short Version { get; private set; }

    protected Exception? Error { get; set; }

    public bool IsClaimed => (Volatile.Read(ref _life) & 1) != 0;

    public sealed override bool TryClaim() => TryClaim(Volatile.Read(ref _life));

    /// <summary>What an operation ends with before it has begun: the cancel of its scope or token. Null when there is none.</summary>
    public static Exception? CheckEntry(CancelScope? scope, CancellationToken cancellationToken)
    {
        if (scope?.Signal is { } signal) return signal.CreateException();
        return cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : null;
    }

    /// <summary>
    /// Has scope and token end the wait. False when the scope is cancelled already: then nobody else may know the wait, which ends with that cancel.
    /// </summary>
    public bool TryJoin(CancelScope? scope, CancellationToken cancellationToken)
    {
        while (scope is not null && !scope.TryAdd(this))
        {
            // None when a shield came up in between: then it may wait.
            if (scope.Signal is not { } signal) continue;
            if (TryClaim()) Fail(signal.CreateException());
            return false;
        }

        // A timer on another thread may have ended the wait before it was in the scope's list: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (IsClaimed)
        {
            scope?.Remove(this);
            return false;
        }

        if (!cancellationToken.CanBeCanceled) return true;
        var registration = _registration = cancellationToken.UnsafeRegister(TokenCanceledCallback, this);
        Interlocked.MemoryBarrier();
        if (!IsClaimed) return true;
        // Whoever claims a wait that has an owner meets the owner's lock, held here, before it publishes. Without one the timer may have published it before it could see the registration, which must not outlive the wait.
        if (Owner is null) registration.Dispose();
        return false;
    }

    /// <summary>There is nothing to wait for after all. Nobody else knows the wait.</summary>
    public void GiveBack()
    {
        Owner = null;
        Tag = null;
        Pool();
    }

    /// <summary>Has the timer end the wait, through <see cref="OnTimeout"/>, at a moment of the scheduler's clock. Before <see cref="TryJoin"/>.</summary>
    public void SetTimer(CoprocessScheduler scheduler, long timestamp)
    {
        var timers = scheduler.ForTimers;
        _due = timestamp;
        Volatile.Write(ref _timers, timers);
        _timer = timers.SetTimer(timestamp, this);
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        // A timer of an earlier life, cancelled too late, finds a time that has not come.
        var life = Volatile.Read(ref _life);
        var timers = Volatile.Read(ref _timers);
        if (timers is null || timers.GetTimestamp() < Volatile.Read(ref _due) || !TryClaim(life)) return;
        _timers = null;
        OnTimeout();
    }

    public sealed override void OnCanceled(CancelSignal signal)
    {
        Owner?.Abandon(this);
        Fail(signal.CreateException());
    }

    /// <summary>Ends the wait with an error. By who has claimed it.</summary>
    public void Fail(Exception error)
    {
        Error = error;
        Publish();
    }

    /// <summary>The time is over; the wait is claimed.</summary>
    private void OnTimeout()
    {
        Owner?.Abandon(this);
        Error = Owner?.CreateTimeoutError();
        Publish();
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), Published)) return ValueTaskSourceStatus.Pending;
        return Error is null ? ValueTaskSourceStatus.Succeeded : Error is OperationCanceledException ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0) _executionContext = ExecutionContext.Capture();
        _context = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 ? CaptureContext() : null;
        _state = state;
        var previous = Interlocked.CompareExchange(ref _continuation, continuation, null);
        if (previous is null) return;
        if (!ReferenceEquals(previous, Published)) throw new InvalidOperationException("The operation is awaited already.");
        Schedule(continuation, state, _context, _executionContext);
    }

    protected void Publish()
    {
        Volatile.Read(ref Scope)?.Remove(this);
        if (_timers is { } timers)
        {
            _timers = null;
            timers.CancelTimer(_timer);
        }

        // Waits for a callback of the token that is under way, so that it does not meet the wait's next life.
        _registration.Dispose();
        var continuation = Interlocked.Exchange(ref _continuation, Published);
        // Without a continuation the wait may be somebody else's by now.
        if (continuation is not null) Schedule(continuation, _state, _context, _executionContext);
    }

    /// <summary>Keeps the wait for its next life.</summary>
    private protected abstract void Pool();

    /// <summary>Has the token end the wait, which others know already.</summary>
    private protected void Observe(CancellationToken cancellationToken)
    {
        var registration = _registration = cancellationToken.UnsafeRegister(TokenCanceledCallback, this);
        Interlocked.MemoryBarrier();
        // Ended meanwhile, maybe before the registration could be seen: it must not outlive the wait.
        if (IsClaimed) registration.Dispose();
    }

    /// <summary>The result is taken: ready for the next life.</summary>
    protected void Reset(short token)
    {
        Check(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), Published)) throw new InvalidOperationException("The operation is not complete.");
        Version++;
        _state = _context = null;
        _executionContext = null;
        _registration = default;
        _timer = default;
        _due = long.MaxValue;
        Owner = null;
        Tag = null;
        Error = null;
        _continuation = null;
        Volatile.Write(ref _life, (_life | 1) + 1);
    }

    private bool TryClaim(int life) => (life & 1) == 0 && Interlocked.CompareExchange(ref _life, life + 1, life) == life;

    private void OnTokenCanceled(CancellationToken token)
    {
        if (!TryClaim()) return;
        Owner?.Abandon(this);
        Fail(new OperationCanceledException(token));
    }

    private static object? CaptureContext()
    {
        var context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext)) return context;
        var scheduler = TaskScheduler.Current;
        return ReferenceEquals(scheduler, TaskScheduler.Default) ? null : scheduler;
    }

    private static void Schedule(Action<object?> continuation, object? state, object? context, ExecutionContext? executionContext)
    {
        if (executionContext is not null) continuation = InContext(executionContext, continuation);
        switch (context)
        {
            case CoprocessContext coprocess:
                coprocess.Enqueue(continuation, state);
                break;
            case LoopSynchronizationContext loop:
                loop.Loop.Enqueue(new WorkItem(continuation, state));
                break;
            case SynchronizationContext other:
                other.Post(new SendOrPostCallback(continuation), state);
                break;
            case TaskScheduler scheduler:
                Task.Factory.StartNew(continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
                break;
            default:
                ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
                break;
        }
    }

    // Apart: its closure would be allocated in Schedule for every wait.
    private static Action<object?> InContext(ExecutionContext context, Action<object?> continuation)
        => state => ExecutionContext.Run(context, inner => continuation(inner), state);

    private void Check(short token)
    {
        if (token != Version) throw new InvalidOperationException("The result of this operation was taken already.");
    }
}
