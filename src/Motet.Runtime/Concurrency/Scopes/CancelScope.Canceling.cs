namespace Motet.Runtime;

/// <summary>The cancel, and how it reaches everything inside.</summary>
public sealed partial class CancelScope
{
    /// <summary>
    /// Cancels everything in the scope. The first cancel counts; later ones return false. It returns when everything inside has been told, which is not when it has ended. Costs a step for each child.
    /// </summary>
    /// <param name="reason">For people: appears in messages.</param>
    /// <param name="cause">The error behind it, if there is one.</param>
    public bool Cancel(string? reason = null, Exception? cause = null) => CancelAs(CancelKind.Requested, reason, cause);

    /// <summary>
    /// Calls <paramref name="callback"/> when operations in this scope are cancelled, at once if they are. On the thread that cancels; what it throws comes out of the scope's run, and keeps
    /// nothing else from being cancelled.
    /// </summary>
    /// <returns>Takes the callback back.</returns>
    public CancelRegistration OnCancel(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var handler = new CancelCallback(this, callback);
        if (TryRegister(handler, out var registration)) return registration;
        handler.Call();
        return default;
    }

    /// <summary>
    /// Has <paramref name="handler"/> told when operations in this scope are cancelled. For awaitable operations of one's own: no allocation in the steady state.
    /// </summary>
    /// <param name="handler">Is called once, by whoever cancels, on any thread.</param>
    /// <param name="registration">To take it back: do so when the operation has ended.</param>
    /// <returns>False when the scope is cancelled already: the operation must not begin (<see cref="ThrowIfCanceled"/>).</returns>
    public bool TryRegister(ICancelHandler handler, out CancelRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var node = RegistrationNode.Rent(handler);
        registration = node.Registration;
        return TryAdd(node);
    }

    internal bool CancelAs(CancelKind kind, string? reason, Exception? cause)
    {
        CancelSignal signal;
        using (Hold())
        {
            if (_own is not null || Has(State.Exited)) return false;
            signal = new CancelSignal(this, kind, reason, cause);
            Volatile.Write(ref _own, signal);
        }

        Deliver(signal);
        return true;
    }

    /// <summary>Puts a wait or a handler in the list. False when the scope is cancelled.</summary>
    internal bool TryAdd(CancelMember member)
    {
        using (Hold())
        {
            if (_signal is not null) return false;
            member.PreviousMember = null;
            member.NextMember = _firstMember;
            if (_firstMember is not null) _firstMember.PreviousMember = member;
            _firstMember = member;
            member.Scope = this;
            return true;
        }
    }

    internal void Remove(CancelMember member)
    {
        using (Hold())
        {
            if (member.Scope == this) Unlink(member);
        }
    }

    internal bool TryRemove(RegistrationNode node, long generation)
    {
        using (Hold())
        {
            if (node.Scope != this || !node.TryClaim(generation)) return false;
            Unlink(node);
            return true;
        }
    }

    internal void AddCleanupError(Exception error)
    {
        using (Hold())
        {
            if (!Has(State.Exited))
            {
                (_cleanupErrors ??= []).Add(error);
                return;
            }
        }

        // Nobody runs in the scope any more who could be told.
        Coprocess.ReportUnhandled(Coprocess, Scheduler, error);
    }

    /// <summary>Takes the errors of callbacks, for whoever ends the scope without <see cref="RunAsync(Func{CancelScope, Task})"/>.</summary>
    internal List<Exception>? TakeCleanupErrors()
    {
        if (!HasCleanupErrors) return null;
        using (Hold())
        {
            var errors = _cleanupErrors;
            _cleanupErrors = null;
            return errors;
        }
    }

    private void Unlink(CancelMember member)
    {
        if (member.PreviousMember is not null) member.PreviousMember.NextMember = member.NextMember;
        else _firstMember = member.NextMember;
        if (member.NextMember is not null) member.NextMember.PreviousMember = member.PreviousMember;
        member.NextMember = member.PreviousMember = null;
        member.Scope = null;
    }

    /// <summary>Gives a cancel to this scope and to everything under it.</summary>
    private void Deliver(CancelSignal signal)
    {
        Stack<CancelScope>? others = null;
        var scope = this;
        do
        {
            scope.DeliverHere(signal, ref others);
        }
        while (others is not null && others.TryPop(out scope));
    }

    private void DeliverHere(CancelSignal signal, ref Stack<CancelScope>? others)
    {
        CancelMember? claimed = null;
        CancellationTokenSource? source;
        using (Hold())
        {
            if (_signal is not null) return;
            // The shield came up while the cancel was on its way.
            if (Has(State.Shielded) && signal.Scope != this) return;
            Volatile.Write(ref _signal, signal);
            source = _source;
            while (_firstMember is { } member)
            {
                Unlink(member);
                // Under the lock, so that whoever completes it at this moment cannot have given it away before we are through.
                if (!member.TryClaim()) continue;
                member.NextMember = claimed;
                claimed = member;
            }

            for (var child = _firstChild; child is not null; child = child._nextSibling)
            {
                if (!child.Has(State.Shielded)) (others ??= new Stack<CancelScope>()).Push(child);
            }
        }

        while (claimed is not null)
        {
            var member = claimed;
            claimed = member.NextMember;
            member.NextMember = null;
            member.OnCanceled(signal);
        }

        if (source is not null) Fire(source);
    }

    private void Fire(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException exception)
        {
            foreach (var error in exception.InnerExceptions) AddCleanupError(error);
        }
    }

    private void SetShield(bool value)
    {
        CancelSignal? inherited;
        using (Hold())
        {
            if (Has(State.Shielded) == value) return;
            Set(State.Shielded, value);
            inherited = Has(State.Exited) ? null : _parent?.Signal;
        }

        if (inherited is null) return;
        if (value) Withdraw(inherited);
        else Deliver(inherited);
    }

    /// <summary>A cancel from outside does not count in here any more, after a shield came up.</summary>
    private void Withdraw(CancelSignal signal)
    {
        var children = new List<CancelScope>();
        using (Hold())
        {
            if (_signal != signal) return;
            // A cancel of a scope between the shield and this one stays in force.
            var remaining = _own ?? (Has(State.Shielded) ? null : _parent?.Signal);
            Volatile.Write(ref _signal, remaining);
            // A token cannot be taken back: from now on there is a new one.
            if (remaining is null) _source = null;
            for (var child = _firstChild; child is not null; child = child._nextSibling) children.Add(child);
        }

        foreach (var child in children) child.Withdraw(signal);
    }
}
