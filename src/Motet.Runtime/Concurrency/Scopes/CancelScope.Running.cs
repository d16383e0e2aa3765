namespace Motet.Runtime;

/// <summary>Entering and leaving.</summary>
public sealed partial class CancelScope
{
    /// <summary>
    /// Runs <paramref name="body"/> for at most <paramref name="time"/>, then moves on. True when the body ran to its end; false when it was cut short by this scope. Errors of the body, and
    /// cancels of scopes around, come through.
    /// </summary>
    /// <param name="time">Counted from the call; <see cref="Timeout.InfiniteTimeSpan"/> for no limit. May be changed meanwhile: <see cref="Deadline"/>.</param>
    /// <param name="body">The work; is given the scope.</param>
    public static Task<bool> MoveOnAfterAsync(TimeSpan time, Func<CancelScope, Task> body) => new CancelScope(time).RunAsync(body);

    /// <summary>Like <see cref="MoveOnAfterAsync(TimeSpan, Func{CancelScope, Task})"/>, for a body that gives a value; <paramref name="otherwise"/> when it was cut short.</summary>
    public static Task<T> MoveOnAfterAsync<T>(TimeSpan time, Func<CancelScope, Task<T>> body, T otherwise) => new CancelScope(time).RunAsync(body, otherwise);

    /// <summary>Runs <paramref name="body"/> until <paramref name="deadline"/>, then moves on. True when the body ran to its end.</summary>
    public static Task<bool> MoveOnAtAsync(Deadline deadline, Func<CancelScope, Task> body) => new CancelScope(deadline).RunAsync(body);

    /// <summary>Like <see cref="MoveOnAtAsync(Deadline, Func{CancelScope, Task})"/>, for a body that gives a value; <paramref name="otherwise"/> when it was cut short.</summary>
    public static Task<T> MoveOnAtAsync<T>(Deadline deadline, Func<CancelScope, Task<T>> body, T otherwise) => new CancelScope(deadline).RunAsync(body, otherwise);

    /// <summary>
    /// Runs <paramref name="body"/> for at most <paramref name="time"/> and fails after that.
    /// </summary>
    /// <param name="time">Counted from the call; <see cref="Timeout.InfiniteTimeSpan"/> for no limit. May be changed meanwhile: <see cref="Deadline"/>.</param>
    /// <param name="body">The work; is given the scope.</param>
    /// <exception cref="DeadlineExceededException">The body was cut short by this scope's deadline. One that was cut short by <see cref="Cancel"/> ends without.</exception>
    public static Task FailAfterAsync(TimeSpan time, Func<CancelScope, Task> body) => FailAtAsync(Deadline.After(time), body);

    /// <inheritdoc cref="FailAfterAsync(TimeSpan, Func{CancelScope, Task})"/>
    public static Task<T> FailAfterAsync<T>(TimeSpan time, Func<CancelScope, Task<T>> body) => FailAtAsync(Deadline.After(time), body);

    /// <summary>Runs <paramref name="body"/> until <paramref name="deadline"/> and fails then.</summary>
    /// <exception cref="DeadlineExceededException">The body was cut short by this scope's deadline.</exception>
    public static async Task FailAtAsync(Deadline deadline, Func<CancelScope, Task> body)
    {
        var scope = new CancelScope(deadline);
        if (!await scope.RunAsync(body)) scope.ThrowIfDeadlineExceeded();
    }

    /// <summary>Like <see cref="FailAtAsync(Deadline, Func{CancelScope, Task})"/>, for a body that gives a value. It is also a failure when the scope was cancelled: there is no value.</summary>
    /// <exception cref="DeadlineExceededException">The body was cut short by this scope.</exception>
    public static async Task<T> FailAtAsync<T>(Deadline deadline, Func<CancelScope, Task<T>> body)
    {
        var scope = new CancelScope(deadline);
        var result = await scope.RunAsync(body, default!);
        if (scope.CancelCaught) throw new DeadlineExceededException(scope, null);
        return result;
    }

    /// <summary>Runs <paramref name="body"/> out of reach of the scopes around: for cleanup that has to wait. Give it a deadline inside, or it may hold up everything around it.</summary>
    public static Task ShieldAsync(Func<Task> body) => new CancelScope { Shield = true }.RunAsync(body);

    /// <summary>
    /// Runs <paramref name="body"/> until a scope around begins to drain (<see cref="Drain"/>): for the wait for new work, so that work under way is finished and none is begun. True when the body
    /// ran to its end.
    /// </summary>
    public static Task<bool> UntilDrainingAsync(Func<Task> body) => new CancelScope { EndsOnDrain = true }.RunAsync(body);

    /// <summary>Like <see cref="UntilDrainingAsync(Func{Task})"/>, for a body that gives a value; <paramref name="otherwise"/> when it was cut short.</summary>
    public static Task<T> UntilDrainingAsync<T>(Func<Task<T>> body, T otherwise) => new CancelScope { EndsOnDrain = true }.RunAsync(_ => body(), otherwise);

    /// <summary>
    /// Runs <paramref name="body"/> in this scope. True when it ran to its end; false when it was cut short by this scope (<see cref="CancelCaught"/>). Everything else that comes out of the body goes on.
    /// </summary>
    /// <exception cref="InvalidOperationException">The scope was used before.</exception>
    /// <exception cref="AggregateException">Callbacks of <see cref="OnCancel"/> or of the token threw: their errors, and the body's if it failed.</exception>
    public async Task<bool> RunAsync(Func<CancelScope, Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Enter();
        var fails = true;
        try
        {
            await body(this);
            fails = false;
        }
        catch (Exception exception) when (Takes(exception))
        {
            SetCaught();
            fails = false;
        }
        catch (Exception exception) when (HasCleanupErrors)
        {
            ThrowCleanupErrors(exception);
        }
        finally
        {
            Exit();
            if (fails) ReportCleanupErrors();
        }

        if (HasCleanupErrors) ThrowCleanupErrors(null);
        return !CancelCaught;
    }

    /// <summary>Runs <paramref name="body"/> in this scope. True when it ran to its end; false when it was cut short by this scope.</summary>
    public Task<bool> RunAsync(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(_ => body());
    }

    /// <summary>Runs <paramref name="body"/> in this scope and gives its value, or <paramref name="otherwise"/> when it was cut short by this scope.</summary>
    public async Task<T> RunAsync<T>(Func<CancelScope, Task<T>> body, T otherwise)
    {
        ArgumentNullException.ThrowIfNull(body);
        var result = otherwise;
        Enter();
        var fails = true;
        try
        {
            result = await body(this);
            fails = false;
        }
        catch (Exception exception) when (Takes(exception))
        {
            SetCaught();
            fails = false;
        }
        catch (Exception exception) when (HasCleanupErrors)
        {
            ThrowCleanupErrors(exception);
        }
        finally
        {
            Exit();
            if (fails) ReportCleanupErrors();
        }

        if (HasCleanupErrors) ThrowCleanupErrors(null);
        return result;
    }

    /// <summary>Puts the new scope of a coprocess under its parent, and the coprocess into its group: one lock for both. False when the group's owner has ended.</summary>
    internal bool TryAttach(CancelScope parent, CoprocessGroup group, bool isTransient)
    {
        _state = State.Entered;
        CancelSignal? inherited;
        if (ReferenceEquals(group.Scope, parent))
        {
            using (parent.Hold())
            {
                if (!group.TryEnterLocked(isTransient)) return false;
                inherited = parent.Link(this);
            }
        }
        else
        {
            if (!group.TryEnter(isTransient)) return false;
            using (parent.Hold()) inherited = parent.Link(this);
        }

        if (inherited is not null) Deliver(inherited);
        return true;
    }

    /// <summary>Takes the scope out of the tree.</summary>
    internal void Exit()
    {
        ExitHere();
        _parent?.RemoveChild(this);
    }

    /// <summary>Takes the scope of a coprocess out of the tree, and the coprocess out of its group: one lock for both, when the group is there.</summary>
    internal void Exit(CoprocessGroup group, bool isTransient, bool wasCanceled)
    {
        ExitHere();
        var parent = _parent;
        if (ReferenceEquals(parent, group.Scope)) group.Leave(isTransient, wasCanceled, this);
        else
        {
            parent?.RemoveChild(this);
            group.Leave(isTransient, wasCanceled, null);
        }
    }

    /// <summary>
    /// Moves the scope of a coprocess, with all that is inside, under another parent, or puts it there for the first time. Under the lock of its coprocess: one move at a time, and none after its end. What it
    /// gives is for <see cref="OnRelinked"/>, outside of that.
    /// </summary>
    internal CancelSignal? Relink(CancelScope parent)
    {
        _state |= State.Entered;
        _parent?.RemoveChild(this);
        return parent.AddChild(this);
    }

    internal void OnRelinked(CancelSignal? inherited)
    {
        if (inherited is not null) Deliver(inherited);
        if (IsDraining) DeliverDrain();
    }

    /// <summary>Whether an exception that leaves the body is this scope's own cancel.</summary>
    internal bool Takes(Exception exception)
    {
        if (exception is ScopeCanceledException canceled) return ReferenceEquals(canceled.Scope, this);
        if (exception is not OperationCanceledException other || !ReferenceEquals(Signal?.Scope, this)) return false;
        // Somebody's token, maybe linked from ours: it is ours unless a scope further out, whose token may be behind it as well, is cancelled too.
        return other.CancellationToken == TokenIfUsed || Has(State.Shielded) || _parent?.Signal is null;
    }

    private bool HasCleanupErrors => Volatile.Read(ref _cleanupErrors) is not null;

    private void Enter()
    {
        var parent = Ambient.Value;
        Coprocess = parent?.Coprocess;
        var isLate = false;
        using (Hold())
        {
            if (Has(State.Entered)) ThrowUsedBefore();
            _state |= State.Entered;
            if (_deadline != long.MaxValue || _drain is not null) isLate = !TryArm();
        }

        // What spawns must be found from the outside, also without anything around it.
        if (parent is null && Group is not null) parent = Scheduler.Roots;
        if (parent?.AddChild(this) is { } inherited) Deliver(inherited);
        if (isLate) FireDeadline();
        FireDrain();
        Ambient.Value = this;
    }

    private void ExitHere()
    {
        using (Hold())
        {
            _state |= State.Exited;
            Disarm();
        }
    }

    private void SetCaught()
    {
        using (Hold()) _state |= State.Caught;
    }

    private CancelSignal? AddChild(CancelScope child)
    {
        using (Hold()) return Link(child);
    }

    private CancelSignal? Link(CancelScope child)
    {
        child._parent = this;
        child._previousSibling = null;
        child._nextSibling = _firstChild;
        if (_firstChild is not null) _firstChild._previousSibling = child;
        _firstChild = child;
        if (child.Has(State.Shielded)) return null;
        if (_signal is not null || !Has(State.Draining)) return _signal;
        using (child.Hold()) return child.StartDraining();
    }

    private void RemoveChild(CancelScope child)
    {
        using (Hold()) Unlink(child);
    }

    /// <summary>Takes a scope out of the list of children. Under the lock.</summary>
    internal void Unlink(CancelScope child)
    {
        if (child._parent != this) return;
        child._parent = null;
        if (child._previousSibling is not null) child._previousSibling._nextSibling = child._nextSibling;
        else if (_firstChild == child) _firstChild = child._nextSibling;
        if (child._nextSibling is not null) child._nextSibling._previousSibling = child._previousSibling;
        child._nextSibling = child._previousSibling = null;
    }

    private void ThrowIfDeadlineExceeded()
    {
        if (Kind == CancelKind.Deadline) throw new DeadlineExceededException(this, null);
    }

    private void ThrowCleanupErrors(Exception? error)
    {
        var errors = TakeCleanupErrors()!;
        if (error is not null and not OperationCanceledException) errors.Insert(0, error);
        throw new AggregateException("Cleaning up after a cancel failed.", errors);
    }

    private static void ThrowUsedBefore() => throw new InvalidOperationException("A cancel scope is used once.");
}
