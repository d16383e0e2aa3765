namespace Motet.Runtime;

/// <summary>Its own code: one event after another, in the coprocess of whoever runs it.</summary>
public partial class Supervisor : IWaitOwner
{
    private readonly Lock _gate = new();

    // Under the lock: what has happened, and who is to be woken for it.
    private List<Action> _events = [];
    private WaitQueue _waits;
    private bool _hasEnded;
    private SupervisorEnd _end;

    // The rest belongs to the supervisor's own code.
    private readonly Queue<SupervisedChild> _toStart = [];
    private readonly Queue<SupervisedChild> _toStop = [];
    private ChildRun? _starting;
    private bool _isInitial = true;
    private bool _isStopping;
    private bool _isHurried;
    private (SupervisedChild Child, Exception? Error) _fault;

    private bool StartsGroups => Strategy is RestartStrategy.OneForAll or RestartStrategy.RestForOne;

    /// <summary>Has the supervisor's own code do something. False when it has ended. Any thread.</summary>
    internal bool Post(Action action)
    {
        Wait? wait;
        lock (_gate)
        {
            if (_hasEnded) return false;
            _events.Add(action);
            _waits.TryClaim(out wait);
        }

        ((Wait<bool>?)wait)?.Complete(true);
        return true;
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    private protected async Task RunAsync(Func<Task> setUp, CancellationToken cancellationToken)
    {
        var outer = CancelScope.Current;
        if (Wait.CheckEntry(outer, cancellationToken) is { } canceled) throw canceled;
        try
        {
            await setUp();
        }
        catch
        {
            Close();
            throw;
        }

        var holder = FindRun(outer?.Coprocess);
        // Out of reach of cancels from outside: they end it in order.
        var scope = new CancelScope { Shield = true, Name = Name };
        // Without any scope around it is the scheduler that ends it, when that ends.
        outer ??= scope.Scheduler.Roots;
        _scope = scope;
        _isSettingUp = false;
        holder?.EnterSupervisor();
        var cancel = outer.OnCancel(OnCanceled);
        var drain = outer.DrainToken.UnsafeRegister(static supervisor => ((Supervisor)supervisor!).TryEnd(SupervisorEnd.Drained), this);
        var token = cancellationToken.UnsafeRegister(static supervisor => ((Supervisor)supervisor!).OnCanceled(), this);
        try
        {
            await Nursery.RunAsync(_ => ServeAsync(), scope);
        }
        finally
        {
            cancel.Unregister();
            drain.Dispose();
            token.Dispose();
            holder?.LeaveSupervisor();
            Close();
        }

        switch (_end)
        {
            case SupervisorEnd.Canceled:
                outer.ThrowIfSignaled();
                cancellationToken.ThrowIfCancellationRequested();
                break;
            case SupervisorEnd.RestartLimit or SupervisorEnd.StartFailed:
                throw Failure();
        }
    }

    /// <summary>The child of another supervisor that this one runs in.</summary>
    private static ChildRun? FindRun(Coprocess? coprocess)
    {
        for (; coprocess is not null; coprocess = coprocess.Parent)
        {
            if (coprocess.Starter is ChildRun run) return run;
        }

        return null;
    }

    /// <summary>Decides the end, if nothing else has.</summary>
    private protected bool TryEnd(SupervisorEnd end, Action? decided = null)
    {
        lock (_gate)
        {
            if (_end != SupervisorEnd.None || _hasEnded) return false;
            _end = end;
            decided?.Invoke();
        }

        Post(static () => { });
        return true;
    }

    /// <summary>From outside, on any thread.</summary>
    private void OnCanceled()
    {
        if (!TryEnd(SupervisorEnd.Canceled)) Post(Hurry);
    }

    private async Task ServeAsync()
    {
        foreach (var child in _children.ToArray()) _toStart.Enqueue(child);
        while (true)
        {
            var events = TakeEvents();
            foreach (var action in events) action();
            Advance();
            if (_isStopping && _toStop.Count == 0 && TryClose()) return;
            await WaitForEventAsync();
        }
    }

    private List<Action> TakeEvents()
    {
        lock (_gate)
        {
            var events = _events;
            if (events.Count > 0) _events = [];
            return events;
        }
    }

    private ValueTask WaitForEventAsync()
    {
        lock (_gate)
        {
            if (_events.Count > 0) return default;
            var wait = Wait<bool>.Rent(this);
            var task = wait.UntypedTask;
            // In no scope: a cancel comes as an event.
            if (wait.TryJoin(null, default)) _waits.Add(wait);
            return task;
        }
    }

    /// <summary>Ends the taking of events, unless there are some.</summary>
    private bool TryClose()
    {
        lock (_gate)
        {
            if (_events.Count > 0) return false;
            _hasEnded = true;
        }

        Report(SupervisorReportKind.Ended, null, null, null);
        return true;
    }

    private void Close()
    {
        lock (_gate) _hasEnded = true;
        _ended.Complete();
    }

    /// <summary>Does what can be done by now.</summary>
    private void Advance()
    {
        if (!_isStopping && IsEndDecided()) BeginStopping();
        if (_isStopping)
        {
            AdvanceStops();
            return;
        }

        if (_group != GroupPhase.None) AdvanceGroup();
        if (_group == GroupPhase.None) AdvanceStarts();
    }

    private bool IsEndDecided()
    {
        lock (_gate) return _end != SupervisorEnd.None;
    }
}
