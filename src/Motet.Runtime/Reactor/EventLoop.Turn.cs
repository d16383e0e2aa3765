using System.Diagnostics;
using Motet.Polling;

namespace Motet.Runtime;

/// <summary>The turns of the loop: its hot path, top to bottom.</summary>
public sealed partial class EventLoop
{
    // A look at the clock costs 25 ns here; this often it vanishes, and a part of a turn outlives its time by that many callbacks only.
    private const int CallbacksPerClockCheck = 32;

    // Deferred tasks may defer others (a send completes, its continuation writes elsewhere). A few rounds settle that without
    // another poll; more would let two tasks that defer each other keep the loop.
    private const int MaxDeferRounds = 8;

    private static readonly long TicksPerMillisecond = Stopwatch.Frequency / 1000;

    private readonly Notification[] _notifications;
    private int _notificationCount;
    private int _notificationIndex;
    private long _now;
    private long _turnEnd;

    // What runs right now, for the watchdog and for reports; null between callbacks of different parts.
    private object? _running;
    private object? _runningState;
    private CoprocessContext? _runningContext;

    /// <summary>
    /// When this turn began, in ticks of <see cref="Stopwatch"/>: monotonic, read once a turn. Loop only.
    /// </summary>
    public long Now => _now;

    private void RunThread()
    {
        _currentLoop = this;
        System.Threading.SynchronizationContext.SetSynchronizationContext(SynchronizationContext);
        LoopRegistry.Add(this);
        while (!_stopRequested) Turn();
        End();
    }

    private void Turn()
    {
        if (_notificationIndex == _notificationCount) Poll();
        else _now = Stopwatch.GetTimestamp();

        _turns++;
        var deadline = _now + _timeBudget;
        DispatchNotifications(deadline);
        if (_now >= _nextTimer) FireTimers(deadline + _timeBudget);
        RunPosted();
        RunDeferred();
        _running = null;
        _runningState = null;

        _turnEnd = Stopwatch.GetTimestamp();
        var lag = _turnEnd - _now;
        _recentLag += (lag - _recentLag) >> RecentLagShift;
        if (lag > _maxLag) _maxLag = lag;
    }

    private void Poll()
    {
        // The sleep flag is up before the queue is looked at for the last time, and a post is in the queue before the flag is looked at:
        // one of the two sees the other, so no wake-up is lost, and none is sent to a loop that is awake.
        var timeout = TimeSpan.Zero;
        var maySleep = _local.Count == 0 && _firstDeferred is null && _posted.IsEmpty;
        if (maySleep)
        {
            Interlocked.Exchange(ref _wakeState, Sleeping);
            if (_posted.IsEmpty && !_stopRequested) timeout = UntilNextTimer();
        }

        _notificationIndex = 0;
        _notificationCount = 0;
        try
        {
            _notificationCount = _poller.Wait(_notifications, timeout);
        }
        catch (Exception exception)
        {
            OnPollFailed(exception);
        }

        // A poster that took the flag down has sent a wake-up, or is about to: counted, so that the poller outlives it.
        if (maySleep && Interlocked.Exchange(ref _wakeState, Awake) != Sleeping) _wakeUps++;
        _now = Stopwatch.GetTimestamp();
    }

    private void DispatchNotifications(long deadline)
    {
        while (_notificationIndex < _notificationCount)
        {
            try
            {
                DispatchSome(deadline);
                return;
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }
    }

    private void DispatchSome(long deadline)
    {
        // The index is a field and moves on before each call, so that the batch resumes behind a callback that throws.
        while (_notificationIndex < _notificationCount)
        {
            var notification = _notifications[_notificationIndex++];
            var resources = _resources;
            var slot = notification.Token.Slot;
            if (slot < (uint)resources.Length && resources[slot] is { } resource && resource.Token == notification.Token)
            {
                _running = resource;
                _callbacks++;
                resource.OnReady(notification.Readiness);
            }

            if (_notificationIndex % CallbacksPerClockCheck == 0 && Stopwatch.GetTimestamp() > deadline) return;
        }
    }

    private void RunPosted()
    {
        var local = _callbackBudget;
        var remote = _callbackBudget;
        var deadline = 0L;
        while (true)
        {
            try
            {
                // Continuations of this loop first: they belong to what is under way, posts begin something new. Both in every turn.
                while ((_local.Count > 0 && local > 0) || (remote > 0 && !_posted.IsEmpty))
                {
                    if (!RunSome(ref local, ref remote, ref deadline)) return;
                }

                return;
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }
    }

    /// <summary>Runs a few callbacks of each queue. False when the part's time is over or the queue has nothing complete.</summary>
    private bool RunSome(ref int local, ref int remote, ref long deadline)
    {
        var ran = 0;
        while (_local.Count > 0 && local > 0 && ran < CallbacksPerClockCheck)
        {
            local--;
            ran++;
            Invoke(_local.Dequeue());
        }

        var taken = 0;
        while (remote > 0 && taken < CallbacksPerClockCheck && _posted.TryTake(out var item))
        {
            remote--;
            taken++;
            _posts++;
            Invoke(item);
        }

        ran += taken;
        if (ran < CallbacksPerClockCheck) return ran > 0;
        var now = Stopwatch.GetTimestamp();
        if (deadline == 0) deadline = now + _timeBudget;
        return now < deadline;
    }

    private void Invoke(WorkItem item)
    {
        _running = item.Callback;
        _runningState = item.State;
        _callbacks++;
        if (item.Context is { } context) RunStep(context, in item);
        else item.InvokeCallback();
    }

    private void RunStep(CoprocessContext context, in WorkItem item)
    {
        var previous = _runningContext;
        _runningContext = context;
        // Throws nothing: that is the coprocess's own affair.
        context.Run(in item);
        _runningContext = previous;
    }

    private void RunDeferred()
    {
        for (var round = 0; _firstDeferred is not null && round < MaxDeferRounds; round++)
        {
            _deferring = _firstDeferred;
            _firstDeferred = null;
            _lastDeferred = null;
            while (_deferring is not null)
            {
                try
                {
                    while (_deferring is { } task)
                    {
                        _deferring = task.Next == task ? null : task.Next;
                        task.Next = null;
                        _running = task;
                        _callbacks++;
                        task.Run();
                    }
                }
                catch (Exception exception)
                {
                    ReportUnhandled(exception);
                }
            }
        }
    }
}
