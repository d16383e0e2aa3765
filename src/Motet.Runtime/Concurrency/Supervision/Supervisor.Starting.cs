namespace Motet.Runtime;

/// <summary>Starts, failures and restarts.</summary>
public partial class Supervisor
{
    private readonly RestartLimit _limit;
    private readonly Random _random;
    private readonly SupervisorTimer _groupTimer;
    private GroupPhase _group;
    private SupervisedChild[] _groupMembers = [];
    private FailureRow _groupFailures;
    private long _restarts;

    /// <summary>The timer of a child is due: its back-off is over, or a phase of its stop.</summary>
    internal void OnTimer(SupervisedChild child)
    {
        if (child.State == SupervisedChildState.Stopping) OnStopOverdue(child);
        else if (child.State == SupervisedChildState.Waiting && !_isStopping) BeginRun(child);
    }

    internal void OnRunStarted(ChildRun run)
    {
        if (run.Child.Run == run && run.Child.State == SupervisedChildState.Starting) SetRunning(run.Child);
    }

    /// <summary>A run has ended, on whatever thread it did. Its error is taken care of here, except that of an abandoned one that nobody hears of.</summary>
    internal bool OnRunEnded(ChildRun run, CoprocessState state, Exception? error)
    {
        lock (_gate)
        {
            run.HasEnded = true;
            if (run.IsAbandoned) _abandoned--;
        }

        if (!run.IsAbandoned)
        {
            Post(() => OnExited(run, state, error));
            return true;
        }

        Report(SupervisorReportKind.AbandonedChildEnded, run.Child, run, error);
        return error is null || IsHeard;
    }

    private void QueueStart(SupervisedChild child)
    {
        child.Timer.Disarm();
        child.Next = ChildFollowUp.Nothing;
        child.State = SupervisedChildState.Waiting;
        _toStart.Enqueue(child);
    }

    /// <summary>The first children, and those of groups, one after another; independent ones as they come.</summary>
    private void AdvanceStarts()
    {
        while (true)
        {
            if (_starting is { Child.State: SupervisedChildState.Starting } starting && starting.Child.Run == starting) return;
            if (!_toStart.TryDequeue(out var child)) break;
            if (child.State != SupervisedChildState.Waiting || child.Timer.IsArmed) continue;
            var isInOrder = _isInitial || StartsGroups;
            BeginRun(child);
            if (isInOrder) _starting = child.Run;
        }

        if (_starting is not null && StartsGroups) _groupFailures.OnStarted(Scheduler.GetTimestamp());
        _starting = null;
        _isInitial = false;
    }

    private void BeginRun(SupervisedChild child)
    {
        var settings = child.Settings;
        var run = new ChildRun(this, child);
        var coprocess = new ActionCoprocess(run.InvokeAsync, child.Id, settings.Options, settings.File, settings.Line, settings.Options?.Scheduler ?? Scheduler) { Starter = run };
        run.Coprocess = coprocess;
        child.BeginRun(run);
        child.Failures.OnStarting();
        coprocess.StartUnder(_scope!.Group!);
        if (!child.SaysStarted) SetRunning(child);
    }

    private void SetRunning(SupervisedChild child)
    {
        child.State = SupervisedChildState.Running;
        child.StartReason = ChildStartReason.Supervisor;
        child.Failures.OnStarted(Scheduler.GetTimestamp());
        Report(SupervisorReportKind.ChildStarted, child, child.Run, null);
        Settle(child.StartRequests, null);
    }

    private void OnExited(ChildRun run, CoprocessState state, Exception? error)
    {
        var child = run.Child;
        // Abandoned before this was seen.
        if (child.Run != run) return;
        var wasAsked = child.State == SupervisedChildState.Stopping;
        var wasStarting = child.State == SupervisedChildState.Starting;
        var hasFailed = state == CoprocessState.Failed || (state == CoprocessState.Canceled && !wasAsked);
        if (wasStarting && !hasFailed)
        {
            hasFailed = true;
            error = new InvalidOperationException($"{child} ended before it said that it was started.");
        }

        child.EndRun();
        if (hasFailed) child.LastError = error;
        Report(wasStarting ? SupervisorReportKind.ChildStartFailed : SupervisorReportKind.ChildExited, child, run, hasFailed ? error : null, wasAsked);
        // A child that stops its supervisor and returns is not started again.
        if (wasAsked || child.IsInGroup || IsEndDecided()) SetDown(child);
        else if (wasStarting) OnStartFailed(child, error!, isFirst: _isInitial && run == _starting);
        else if (child.Restart == Restart.Permanent || (child.Restart == Restart.Transient && hasFailed)) OnFailed(child, hasFailed ? error : null);
        else OnEndedForGood(child);
    }

    private void OnStartFailed(SupervisedChild child, Exception error, bool isFirst)
    {
        var reason = child.StartReason;
        Settle(child.StartRequests, error);
        if (reason == ChildStartReason.Supervisor)
        {
            if (isFirst) Escalate(SupervisorEnd.StartFailed, child, error);
            else OnFailed(child, error);
            return;
        }

        if (reason == ChildStartReason.StartCall) child.Next = ChildFollowUp.Remove;
        SetDown(child);
    }

    private void OnEndedForGood(SupervisedChild child)
    {
        SetDown(child);
        if (!child.IsSignificant) return;
        if (_options.AutoShutdown == AutoShutdown.AllSignificant && _children.ToArray().Any(other => other.IsSignificant && other.State != SupervisedChildState.Stopped)) return;
        TryEnd(SupervisorEnd.AutoShutdown);
    }

    /// <summary>A child is to be started again, alone or with its group, if that is still borne.</summary>
    private void OnFailed(SupervisedChild child, Exception? error)
    {
        var now = Scheduler.GetTimestamp();
        if (!_limit.TryAdd(now, MakeReport(SupervisorReportKind.ChildExited, child, child.Coprocess, error)))
        {
            Escalate(SupervisorEnd.RestartLimit, child, error);
            return;
        }

        lock (_gate) _restarts++;
        var delay = TimeSpan.Zero;
        if (_options.BackOff is { } backOff)
        {
            ref var failures = ref child.Failures;
            if (StartsGroups) failures = ref _groupFailures;
            delay = backOff.DelayAfter(failures.OnFailed(now, backOff.ResetAfter), _random);
        }

        Report(SupervisorReportKind.ChildRestarting, child, null, error, delay: delay);
        if (StartsGroups) BeginGroup(child, delay);
        // Not behind those that wait for their first start: one of them may wait for it.
        else if (delay == TimeSpan.Zero) BeginRun(child);
        else
        {
            child.State = SupervisedChildState.Waiting;
            child.Timer.Arm(delay);
        }
    }

    private void BeginGroup(SupervisedChild failed, TimeSpan delay)
    {
        _isInitial = false;
        // What waits in an older group is after the one that failed, or it would have been stopped: it is in this group too.
        _groupMembers = Strategy == RestartStrategy.OneForAll ? _children.ToArray() : _children.From(failed);
        _toStart.Clear();
        _toStop.Clear();
        foreach (var child in _groupMembers.Reverse())
        {
            child.Timer.Disarm();
            child.IsInGroup = true;
            if (child.Next != ChildFollowUp.Remove) child.Next = child.Restart == Restart.Temporary ? ChildFollowUp.Remove : ChildFollowUp.Restart;
            _toStop.Enqueue(child);
        }

        _group = GroupPhase.Stopping;
        _groupTimer.Arm(delay);
    }

    private void AdvanceGroup()
    {
        if (_group == GroupPhase.Stopping)
        {
            if (!AdvanceStops()) return;
            foreach (var child in _groupMembers) LeaveGroup(child);
            _groupMembers = [];
            _group = GroupPhase.Waiting;
        }

        if (_groupTimer.IsArmed) return;
        _group = GroupPhase.None;
        _groupFailures.OnStarting();
        _toStart.Clear();
        foreach (var child in _children.ToArray())
        {
            if (child.State == SupervisedChildState.Waiting) QueueStart(child);
        }
    }

    private void LeaveGroup(SupervisedChild child)
    {
        child.IsInGroup = false;
        if (child.IsRemoved) return;
        if (child.Next != ChildFollowUp.Restart)
        {
            SetDown(child);
            return;
        }

        child.Next = ChildFollowUp.Nothing;
        child.State = SupervisedChildState.Waiting;
    }
}
