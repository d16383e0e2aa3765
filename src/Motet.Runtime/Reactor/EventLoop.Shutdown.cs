using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>The end of the loop.</summary>
public sealed partial class EventLoop
{
    // What resources and services post when they are told of the end gets this long to run; the rest goes to the thread pool.
    private static readonly TimeSpan LastWorkTime = TimeSpan.FromSeconds(1);

    private static readonly Action<EventLoop> RunLatePostsCallback = static loop => loop.RunLatePosts();

    private volatile bool _stopRequested;
    private bool _isEnding;
    private int _runningLatePosts;

    /// <summary>
    /// Asks the loop to end, and returns at once. The turn under way is finished; then resources are told (<see cref="LoopResource.OnLoopStopping"/>),
    /// services hand theirs over, work that is queued by then runs for up to a second, timers are dropped, resources that are still there are unwatched, and the thread ends. Any thread; again without effect.
    /// </summary>
    public void Stop()
    {
        _stopRequested = true;
        // A full fence between the request and the look at the sleep flag, as for a post.
        Interlocked.MemoryBarrier();
        if (_wakeState == Sleeping) WakeUp();
    }

    /// <summary>Asks the loop to end (<see cref="Stop"/>) and gives the task that ends with it. Any thread; do not block the loop on it.</summary>
    public Task StopAsync()
    {
        Stop();
        return Completion;
    }

    /// <summary>
    /// Ends the loop (<see cref="Stop"/>) and waits until its thread has ended; on the loop itself it only asks. Any thread.
    /// </summary>
    public void Dispose()
    {
        Stop();
        if (!IsCurrent) _thread.Join();
    }

    /// <summary>Ends the loop (<see cref="Stop"/>) without blocking. On the loop itself it only asks. Any thread.</summary>
    public ValueTask DisposeAsync()
    {
        Stop();
        return IsCurrent ? default : new ValueTask(Completion);
    }

    internal bool IsEnding => _isEnding;

    private void End()
    {
        _isEnding = true;
        foreach (var resource in _resources.ToArray())
        {
            if (resource?.Loop == this) Contain(resource, static resource => resource.OnLoopStopping());
        }

        Contain(Scheduler, static scheduler => scheduler.CancelAll("The event loop ends."));
        foreach (var service in _services.ToArray()) Contain(service, static service => service.OnLoopStopping());

        var deadline = Stopwatch.GetTimestamp() + (long)(LastWorkTime.TotalSeconds * Stopwatch.Frequency);
        do
        {
            RunPosted();
            RunDeferred();
        }
        while ((_local.Count > 0 || _firstDeferred is not null || !_posted.IsEmpty) && Stopwatch.GetTimestamp() < deadline);

        foreach (var resource in _resources.ToArray())
        {
            if (resource?.Loop == this) Contain(resource, static resource => resource.Loop!.Unwatch(resource));
        }

        _running = null;
        _runningState = null;
        LoopRegistry.Remove(this);
        _currentLoop = null;
        KeepWaiting();
        while (_local.Count > 0) _posted.Push(_local.Dequeue());
        // A thread that took the sleep flag down may be about to write to the poller's descriptor, which must not be closed, and be
        // somebody else's, before it has.
        Interlocked.Exchange(ref _wakeState, Ended);
        SpinWait.SpinUntil(() => Volatile.Read(ref _wakesSent) == _wakeUps);
        _poller.Dispose();
        if (!_posted.IsEmpty) ScheduleLatePosts();
        _completion.SetResult();
    }

    /// <summary>
    /// Coprocesses that still clean up live on, on the thread pool: the sleeps and deadlines that they wait for come from there. The timers of others are dropped.
    /// </summary>
    private void KeepWaiting()
    {
        foreach (var (tick, handler) in _wheel.TakeAll())
        {
            // Ticks that no clock will reach would not fit either.
            if (tick >= (long.MaxValue - _origin) / TicksPerMillisecond) continue;
            if (handler is Wait or CancelScope) PoolTimers.Set(_origin + (tick * TicksPerMillisecond), handler);
        }
    }

    private void Contain<T>(T subject, Action<T> action) where T : class
    {
        _running = subject;
        try
        {
            action(subject);
        }
        catch (Exception exception)
        {
            ReportUnhandled(exception);
        }
    }

    private void ScheduleLatePosts()
    {
        if (Interlocked.CompareExchange(ref _runningLatePosts, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(RunLatePostsCallback, this, preferLocal: false);
    }

    private void RunLatePosts()
    {
        var previous = System.Threading.SynchronizationContext.Current;
        // Continuations of what runs here come here again, one after another.
        System.Threading.SynchronizationContext.SetSynchronizationContext(SynchronizationContext);
        while (_posted.TryTake(out var item))
        {
            try
            {
                item.Invoke();
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception, CallbackSite.Describe(item.Callback, item.State));
            }
        }

        System.Threading.SynchronizationContext.SetSynchronizationContext(previous);
        Interlocked.Exchange(ref _runningLatePosts, 0);
        if (!_posted.IsEmpty) ScheduleLatePosts();
    }
}
