namespace Motet.Runtime;

/// <summary>Work given to the loop: posts, invocations, deferred tasks.</summary>
public sealed partial class EventLoop
{
    private const int Awake = 0;
    private const int Sleeping = 1;
    private const int Ended = 2;

    private readonly RunQueue _local = new();
    private readonly PostQueue _posted = new();
    private readonly int _callbackBudget;
    private LoopTask? _firstDeferred;
    private LoopTask? _lastDeferred;
    private LoopTask? _deferring;
    private int _wakeState;
    private int _wakesSent;

    /// <summary>
    /// Runs <paramref name="callback"/> on the loop, soon, after what the caller posted before. Any thread; never blocks; the execution context does not
    /// flow. On the loop itself it costs 13 ns, the call included. A loop that has ended gives its posts to the thread pool, one after
    /// another, so that nothing waits forever for a callback.
    /// </summary>
    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Enqueue(new WorkItem(callback, null));
    }

    /// <summary>Like <see cref="Post(Action)"/>, with a state, so that the caller need not allocate a closure.</summary>
    public void Post(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Enqueue(new WorkItem(callback, state));
    }

    /// <summary>
    /// Runs <paramref name="action"/> on the loop; the task ends with it, and carries what it threw. Any thread. Always queued, also on the loop.
    /// </summary>
    public Task InvokeAsync(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var invocation = new LoopInvocation<bool>(action);
        Enqueue(new WorkItem(LoopInvocation<bool>.RunCallback, invocation));
        return invocation.Task;
    }

    /// <summary>
    /// Runs <paramref name="function"/> on the loop; the task gives what it returned or threw. Any thread. Always queued, also on the loop.
    /// </summary>
    public Task<T> InvokeAsync<T>(Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var invocation = new LoopInvocation<T>(function);
        Enqueue(new WorkItem(LoopInvocation<T>.RunCallback, invocation));
        return invocation.Task;
    }

    /// <summary>
    /// Starts <paramref name="function"/> on the loop, where it comes back after each <c>await</c>; the task ends as the one it returned. Any thread.
    /// </summary>
    public Task RunAsync(Func<Task> function) => InvokeAsync(function).Unwrap();

    /// <summary>
    /// Starts <paramref name="function"/> on the loop, where it comes back after each <c>await</c>; the task gives what the one it returned gives. Any thread.
    /// </summary>
    public Task<T> RunAsync<T>(Func<Task<T>> function) => InvokeAsync(function).Unwrap();

    /// <summary>
    /// Runs <paramref name="task"/> once at the end of this turn, before the loop polls again. Does nothing when it is queued already. Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop.</exception>
    public void Defer(LoopTask task)
    {
        CheckLoop();
        if (task.Next is not null) return;
        task.Next = task;
        if (_lastDeferred is null) _firstDeferred = task;
        else _lastDeferred.Next = task;
        _lastDeferred = task;
    }

    /// <summary>
    /// Goes on with code of this loop that waited: at once when its context (what <see cref="SynchronizationContext.Current"/> was when it began to wait) is this loop's, as a
    /// step of its coprocess if it had one; through that context otherwise, and through the queue inside a step of a coprocess: steps do not overlap. For those who write awaitable operations of their own on a loop and save the turn of the queue. Loop only.
    /// </summary>
    /// <param name="context">The context the continuation belongs to; null for any.</param>
    /// <param name="continuation">What is called.</param>
    /// <param name="state">Its argument.</param>
    public void Resume(SynchronizationContext? context, Action<object?> continuation, object? state)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        var isFree = System.Threading.SynchronizationContext.Current == SynchronizationContext;
        if (context is null || (isFree && context == SynchronizationContext)) continuation(state);
        else if (context is CoprocessContext coprocess)
        {
            if (isFree && coprocess.Scheduler == Scheduler)
            {
                coprocess.Coprocess.OnScheduled();
                RunStep(coprocess, new WorkItem(continuation, state, coprocess));
            }
            else coprocess.Enqueue(continuation, state);
        }
        else if (context == SynchronizationContext) Enqueue(new WorkItem(continuation, state));
        else context.Post(new SendOrPostCallback(continuation), state);
    }

    internal void Enqueue(WorkItem item)
    {
        if (_currentLoop == this)
        {
            _local.Enqueue(item);
            return;
        }

        _posted.Push(item);
        // The push is a full fence, so an older state is not seen here.
        if (Volatile.Read(ref _wakeState) != Awake) WakeUp();
    }

    private void WakeUp()
    {
        var state = Interlocked.CompareExchange(ref _wakeState, Awake, Sleeping);
        if (state == Sleeping)
        {
            _poller.Wake();
            Interlocked.Increment(ref _wakesSent);
        }
        else if (state == Ended) ScheduleLatePosts();
    }
}
