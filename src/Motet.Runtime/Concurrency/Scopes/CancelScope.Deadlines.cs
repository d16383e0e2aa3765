namespace Motet.Runtime;

/// <summary>The deadline, and the two phases of a drain.</summary>
public sealed partial class CancelScope
{
    private long _deadline = long.MaxValue;
    private CoprocessScheduler? _timers;
    private TimerId _timer;

    /// <summary>
    /// When the scope is cancelled by itself; <see cref="Deadline.Never"/> for not at all. May be moved and removed at any time, until it has fired: an idle time-out is a deadline that each sign of life moves.
    /// The timer is one entry in the scheduler's wheel, whatever runs inside.
    /// </summary>
    public Deadline Deadline
    {
        get => new(Volatile.Read(ref _deadline));
        set
        {
            using (Hold())
            {
                Volatile.Write(ref _deadline, value.Timestamp);
                if (!Has(State.Entered) || TryArm()) return;
            }

            FireDeadline();
        }
    }

    /// <summary>The nearest deadline of this scope and those around it, up to a shield: what is inside will not run longer.</summary>
    public Deadline EffectiveDeadline
    {
        get
        {
            var nearest = long.MaxValue;
            for (var scope = this; scope is not null; scope = Volatile.Read(ref scope._parent))
            {
                nearest = Math.Min(nearest, Math.Min(Volatile.Read(ref scope._deadline), scope._drain?.GraceEnd ?? long.MaxValue));
                if (scope.Has(State.Shielded)) break;
            }

            return new Deadline(nearest);
        }
    }

    /// <summary>Whether this scope or one around it has begun to drain.</summary>
    public bool IsDraining => Has(State.Draining);

    /// <summary>Fires when this scope or one around it begins to drain: the request to finish, before the cancel.</summary>
    public CancellationToken DrainToken
    {
        get
        {
            using (Hold()) return EnsureDrain().Source.Token;
        }
    }

    /// <summary>
    /// The soft phase of an end in two phases: asks everything inside to finish, and cancels what is left after a grace period. Inner scopes that end on drain (<see cref="UntilDrainingAsync(Func{Task})"/>) are cancelled at once,
    /// <see cref="DrainToken"/> fires, <see cref="IsDraining"/> is true; all other operations go on. A later call can shorten the grace period, not extend it.
    /// </summary>
    /// <param name="gracePeriod">The time until the cancel; <see cref="Timeout.InfiniteTimeSpan"/> for no cancel.</param>
    /// <param name="reason">For people.</param>
    /// <returns>False when the scope was draining already.</returns>
    public bool Drain(TimeSpan gracePeriod, string? reason = null)
    {
        var end = Deadline.After(gracePeriod, Scheduler).Timestamp;
        bool isFirst;
        bool isLate;
        using (Hold())
        {
            if (Has(State.Exited)) return false;
            var drain = EnsureDrain();
            isFirst = drain.GraceEnd == long.MaxValue && !Has(State.Draining);
            drain.GraceEnd = Math.Min(drain.GraceEnd, end);
            drain.Reason ??= reason;
            isLate = Has(State.Entered) && !TryArm();
        }

        if (isFirst) DeliverDrain();
        if (isLate) FireDeadline();
        return isFirst;
    }

    void ITimerHandler.OnTimer(TimerId id) => FireDeadline();

    private void FireDeadline()
    {
        CancelSignal signal;
        using (Hold())
        {
            var now = Scheduler.GetTimestamp();
            var graceEnd = _drain?.GraceEnd ?? long.MaxValue;
            // Moved or removed since, with this timer left behind on another thread.
            if (_own is not null || Has(State.Exited) || now < Math.Min(_deadline, graceEnd)) return;
            // Here, so that a deadline which is moved now is moved before it fires or after, and whoever moves it can tell.
            signal = now >= _deadline ? new CancelSignal(this, CancelKind.Deadline, null, null) : new CancelSignal(this, CancelKind.GraceOver, _drain!.Reason, null);
            Volatile.Write(ref _own, signal);
        }

        Deliver(signal);
    }

    /// <summary>Has one timer at the nearer of deadline and end of the grace period. False when that has come: <see cref="FireDeadline"/>. Under the lock.</summary>
    private bool TryArm()
    {
        Disarm();
        var isAhead = Has(State.DeadlineAhead);
        _state &= ~State.DeadlineAhead;
        var due = Math.Min(_deadline, _drain?.GraceEnd ?? long.MaxValue);
        if (due == long.MaxValue || _own is not null || Has(State.Exited)) return true;
        // A deadline that has passed needs no timer, and what begins inside must see it.
        if (!isAhead && due <= Scheduler.GetTimestamp()) return false;
        _timers = Scheduler.ForTimers;
        _timer = _timers.SetTimer(due, this);
        return true;
    }

    /// <summary>Under the lock.</summary>
    private void Disarm()
    {
        if (_timers is null) return;
        _timers.CancelTimer(_timer);
        _timers = null;
    }

    /// <summary>Under the lock, so a source that others know is never fired here: callbacks are foreign.</summary>
    private DrainState EnsureDrain()
    {
        if (_drain is null)
        {
            _drain = new DrainState();
            if (Has(State.Draining)) _drain.Source.Cancel();
        }

        return _drain;
    }

    /// <summary>The scope has come under one that drains: whoever asked for the token before is told.</summary>
    private void FireDrain()
    {
        if (Has(State.Draining) && _drain is { } drain) Fire(drain.Source);
    }

    private void DeliverDrain()
    {
        var scopes = new Stack<CancelScope>();
        var scope = this;
        do
        {
            CancelSignal? signal;
            CancellationTokenSource? source;
            using (scope.Hold())
            {
                if (scope.Has(State.Draining) && scope != this) continue;
                signal = scope.StartDraining();
                source = scope._drain?.Source;
                for (var child = scope._firstChild; child is not null; child = child._nextSibling)
                {
                    if (!child.Has(State.Shielded)) scopes.Push(child);
                }
            }

            if (signal is not null) scope.Deliver(signal);
            if (source is not null) scope.Fire(source);
        }
        while (scopes.TryPop(out scope!));
    }

    /// <summary>Marks the scope; gives the cancel for one that ends on it. Under the lock.</summary>
    private CancelSignal? StartDraining()
    {
        _state |= State.Draining;
        if (!Has(State.EndsOnDrain) || _own is not null) return null;
        _own = new CancelSignal(this, CancelKind.Draining, null, null);
        return _own;
    }
}
