namespace Motet.Runtime;

/// <summary>Stops, of one child and of all.</summary>
public partial class Supervisor
{
    // OTP's default for workers.
    private static readonly TimeSpan DefaultShutdown = TimeSpan.FromSeconds(5);

    private int _abandoned;

    /// <summary>All children, in reverse order; dynamic ones at once.</summary>
    private void BeginStopping()
    {
        _isStopping = true;
        _group = GroupPhase.None;
        _groupTimer.Disarm();
        _toStart.Clear();
        _toStop.Clear();
        foreach (var child in _children.ToArray().Reverse())
        {
            child.IsInGroup = false;
            if (child.Next == ChildFollowUp.Restart) child.Next = ChildFollowUp.Nothing;
            if (child.State == SupervisedChildState.Waiting) SetDown(child);
            else if (Strategy == RestartStrategy.Dynamic && child.State is SupervisedChildState.Starting or SupervisedChildState.Running) BeginStop(child);
            _toStop.Enqueue(child);
        }
    }

    /// <summary>True when all that are to be stopped, one after another, are down.</summary>
    private bool AdvanceStops()
    {
        while (_toStop.TryPeek(out var child))
        {
            if (child.State is SupervisedChildState.Starting or SupervisedChildState.Running) BeginStop(child);
            if (child.State == SupervisedChildState.Stopping) return false;
            _toStop.Dequeue();
        }

        return true;
    }

    private void BeginStop(SupervisedChild child)
    {
        var run = child.Run!;
        child.State = SupervisedChildState.Stopping;
        run.OnStopping();
        var drain = child.Settings.Drain;
        if (drain == TimeSpan.Zero || _isHurried)
        {
            Interrupt(child);
            return;
        }

        run.IsDraining = true;
        // Without end: a scope that is cancelled by the end of its grace period would have failed.
        run.Coprocess!.Scope.Drain(Timeout.InfiniteTimeSpan, "its supervisor stops it");
        child.Timer.Arm(drain);
    }

    private void Interrupt(SupervisedChild child)
    {
        var run = child.Run!;
        run.IsDraining = false;
        run.Coprocess!.Interrupt();
        child.Timer.Arm(child.Settings.Shutdown ?? (run.RunsSupervisor ? Timeout.InfiniteTimeSpan : DefaultShutdown));
    }

    private void OnStopOverdue(SupervisedChild child)
    {
        if (child.Run!.IsDraining) Interrupt(child);
        else Abandon(child);
    }

    /// <summary>There is no way to end it. From now on it has no parent, and nobody waits for it.</summary>
    private void Abandon(SupervisedChild child)
    {
        var run = child.Run!;
        lock (_gate)
        {
            // Its end is among the events.
            if (run.HasEnded) return;
            run.IsAbandoned = true;
            _abandoned++;
        }

        run.Coprocess!.Detach();
        Report(SupervisorReportKind.ChildAbandoned, child, run, null, wasAsked: true);
        child.EndRun();
        SetDown(child);
    }

    /// <summary>The soft phases are over.</summary>
    private void Hurry()
    {
        _isHurried = true;
        foreach (var child in _children.ToArray())
        {
            if (child.Run is { IsDraining: true }) Interrupt(child);
        }
    }

    /// <summary>A child does not run, or not any more: what follows.</summary>
    private void SetDown(SupervisedChild child)
    {
        child.Timer.Disarm();
        child.State = SupervisedChildState.Stopped;
        if (child.Next == ChildFollowUp.Restart && child.IsInGroup)
        {
            Settle(child.StopRequests, null);
            return;
        }

        if (child.Next == ChildFollowUp.Restart)
        {
            QueueStart(child);
        }
        else
        {
            child.StartReason = ChildStartReason.Supervisor;
            Settle(child.StartRequests, child.StartRequests.Count == 0 ? null : new InvalidOperationException($"{child} was stopped before it was started."));
            var isForgotten = child.Next == ChildFollowUp.Remove || child.Restart == Restart.Temporary || Strategy == RestartStrategy.Dynamic;
            // Those of a supervisor that ends stay to be looked at.
            if (isForgotten && (!_isStopping || child.Next == ChildFollowUp.Remove)) Forget(child);
        }

        Settle(child.StopRequests, null);
    }

    private void Forget(SupervisedChild child)
    {
        child.IsRemoved = true;
        child.State = SupervisedChildState.Stopped;
        _children.Remove(child);
    }

    private static void Settle(List<SupervisorRequest> requests, Exception? error)
    {
        foreach (var request in requests)
        {
            if (error is null) request.Complete();
            else request.Fail(error);
        }

        requests.Clear();
    }
}
