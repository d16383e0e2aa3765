using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// An awaitable that is completed on its loop, used again and again. Its continuation runs at once, inside the completion, when the code that awaits
/// belongs to that loop (or does not care): the shared machinery would queue it, which costs a turn of the run queue on each read.
/// </summary>
internal abstract class LoopOperation(EventLoop loop) : IValueTaskSource<int>, IValueTaskSource, ICancelHandler
{
    private static readonly Action<object?> Completed = static _ => Debug.Fail("The marker of a completed operation is not to be called.");

    private Action<object?>? _continuation;
    private object? _state;
    private object? _context;
    private ExecutionContext? _executionContext;
    private CancellationTokenRegistration _cancellation;
    private CancelRegistration _scopeCancellation;
    private Exception? _error;
    private int _result;
    private short _version;

    /// <summary>Whether it was started and neither completed nor failed.</summary>
    public bool IsPending { get; private set; }

    public short Version => _version;

    /// <summary>What was moved without an operation that waited.</summary>
    public int Moved { get; set; }

    public void Start()
    {
        Debug.Assert(!IsPending, "One operation of a kind at a time.");

        // The result of the one before was never taken: whoever holds it must not get this one's.
        if (_continuation is not null) _version++;
        IsPending = true;
        Moved = 0;
        _continuation = null;
        _state = _context = null;
        _executionContext = null;
        _error = null;
    }

    /// <summary>
    /// Has the operation taken back, on its loop, when the current scope is cancelled or the token fires. It is named by its version or its registration: a late call must not meet the operation after it.
    /// </summary>
    public void OnCancel(CancellationToken token)
    {
        // The scope was not cancelled when the operation began; one that is by now has another thread on its way here that cancels it.
        if (CancelScope.Current is { } scope) Register(scope);
        if (token.CanBeCanceled) OnTokenCanceled(token);
    }

    void ICancelHandler.OnCanceled(CancelRegistration registration, ScopeCanceledException exception)
        => loop.Post(() =>
        {
            if (registration == _scopeCancellation) CancelPending(_version, exception);
        });

    public void Complete(int result)
    {
        _result = result;
        Signal();
    }

    public void Fail(Exception error)
    {
        _error = error;
        Signal();
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        var error = Take(token);
        return error is null ? _result : throw error;
    }

    void IValueTaskSource.GetResult(short token)
    {
        if (Take(token) is { } error) throw error;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), Completed)) return ValueTaskSourceStatus.Pending;
        return _error is null ? ValueTaskSourceStatus.Succeeded : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0) _executionContext = ExecutionContext.Capture();
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0) _context = CaptureContext();
        _state = state;

        var previous = Interlocked.CompareExchange(ref _continuation, continuation, null);
        if (previous is null) return;
        if (!ReferenceEquals(previous, Completed)) throw new InvalidOperationException("The operation is awaited already.");
        // Completed before it was awaited: the continuation must not run inside the caller.
        if (_executionContext is not null) continuation = InContext(_executionContext, continuation);
        Schedule(_context ?? loop.SynchronizationContext, continuation, state);
    }

    /// <summary>The wait was cancelled: takes the operation back, if it is still the one with this version that waits and nothing of it has happened.</summary>
    protected abstract void CancelPending(short version, OperationCanceledException exception);

    private static object? CaptureContext()
    {
        var context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext)) return context;
        var scheduler = TaskScheduler.Current;
        return ReferenceEquals(scheduler, TaskScheduler.Default) ? null : scheduler;
    }

    private void Signal()
    {
        IsPending = false;
        _cancellation.Unregister();
        _cancellation = default;
        _scopeCancellation.Unregister();
        _scopeCancellation = default;
        var continuation = Volatile.Read(ref _continuation) ?? Interlocked.CompareExchange(ref _continuation, Completed, null);
        if (continuation is null) return;
        var state = _state;
        _continuation = Completed;
        Invoke(continuation, state);
    }

    private void Invoke(Action<object?> continuation, object? state)
    {
        // Apart from the others: their closures would be allocated here too.
        if (_executionContext is not null) continuation = InContext(_executionContext, continuation);
        if (_context is TaskScheduler) Schedule(_context, continuation, state);
        else loop.Resume((SynchronizationContext?)_context, continuation, state);
    }

    private void OnTokenCanceled(CancellationToken token)
    {
        var version = _version;
        _cancellation = token.UnsafeRegister(
            (_, fired) => loop.Post(() => CancelPending(version, new OperationCanceledException(fired))),
            null);
    }

    private void Register(CancelScope scope)
    {
        while (!scope.TryRegister(this, out _scopeCancellation))
        {
            // None when a shield came up in between: then the operation may wait.
            if (scope.Cancellation is not { } exception) continue;
            CancelLater(_version, exception);
            return;
        }
    }

    private void CancelLater(short version, OperationCanceledException exception)
        => loop.Post(() => CancelPending(version, exception));

    private static Action<object?> InContext(ExecutionContext context, Action<object?> continuation)
        => state => ExecutionContext.Run(context, inner => continuation(inner), state);

    private static void Schedule(object context, Action<object?> continuation, object? state)
    {
        if (context is SynchronizationContext synchronizationContext) synchronizationContext.Post(new SendOrPostCallback(continuation), state);
        else Task.Factory.StartNew(continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, (TaskScheduler)context);
    }

    protected Exception? Take(short token)
    {
        Check(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), Completed)) throw new InvalidOperationException("The operation is not complete.");
        var error = _error;
        _error = null;
        _continuation = null;
        _version++;
        return error;
    }

    private void Check(short token)
    {
        if (token != _version) throw new InvalidOperationException("The result of this operation was taken already.");
    }
}
