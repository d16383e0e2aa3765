using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>From the first step to the end.</summary>
public abstract partial class Coprocess
{
    private static readonly Action<object?> BeginCallback = static coprocess => ((Coprocess)coprocess!).Begin();
    private static readonly ContextCallback InvokeCallback = static coprocess => ((Coprocess)coprocess!).InvokeBody();
    private static readonly Action<object?> ChildrenEndedCallback = static coprocess => ((Coprocess)coprocess!).OnChildrenEnded();
    private static readonly Action<object?> FinishCallback = static coprocess => ((Coprocess)coprocess!).Finish();

    private Task? _task;
    private WaitSet _waits;
    private Exception? _error;
    private bool _isBodyCanceled;
    private End _end;

    // A cancel of one that was to begin again: its scope, cancelled for that, does not take it any more.
    private CoprocessCanceledException? _lateCancel;

    /// <summary>How it is being ended from outside.</summary>
    private enum End : byte
    {
        None,
        Interrupt,
        Cancel,
        Restart,
    }

    /// <summary>The error it ended with: null while it runs and when it ended without.</summary>
    public Exception? Error => IsCompleted ? _error : null;

    /// <summary>Who takes its end, instead of its group. Set before it is started.</summary>
    internal IStartObserver? Starter { get; set; }

    internal CoprocessOptions Options => _options;

    private protected abstract Task Invoke();

    private protected abstract void TakeResult(Task task);

    private protected abstract Coprocess Copy(string file, int line);

    /// <summary>Starts it as a member of a group, whose scope it is cancelled with.</summary>
    internal void StartUnder(CoprocessGroup group) => StartUnder(group, group.Scope);

    internal void StartUnder(CoprocessGroup group, CancelScope scope)
    {
        _parentGroup = group;
        if (!Scope.TryAttach(scope, group, IsTransient)) ThrowParentEnded();
        OnSpawned();
        Context.Enqueue(BeginCallback, this);
    }

    /// <summary>The coprocess gets children: they need somebody to count them.</summary>
    internal CoprocessGroup EnsureGroup() => Scope.EnsureGroup();

    /// <summary>A step threw: an <c>async void</c> method of it, or a callback that was posted to it.</summary>
    internal void OnStepFailed(Exception exception)
    {
        if (exception is OperationCanceledException && Scope.IsCanceled) return;
        if (!EnsureGroup().AddError(exception)) ReportUnhandled(this, Scheduler, exception);
    }

    private void Begin()
    {
        if (_executionContext is not null) ExecutionContext.Run(_executionContext, InvokeCallback, this);
        else
        {
            // Spawned where the flow of contexts is suppressed. Neither the scope nor what the body sets may stay on the thread.
            var previous = ExecutionContext.Capture();
            InvokeBody();
            if (previous is not null) ExecutionContext.Restore(previous);
        }
    }

    private void InvokeBody()
    {
        CancelScope.MakeCurrent(Scope);
        try
        {
            _task = Invoke() ?? throw new InvalidOperationException("The body of a coprocess returned no task.");
        }
        catch (Exception exception)
        {
            _task = Task.FromException(exception);
        }

        if (_task.IsCompleted) OnBodyEnded();
        // In the context of this step: what ends in a step goes on there and then, all else comes back as one. Without it every end would take the way over the thread pool.
        else _task.GetAwaiter().UnsafeOnCompleted(OnBodyEnded);
    }

    private void OnBodyEnded()
    {
        var task = _task!;
        if (task.IsCompletedSuccessfully)
        {
            TakeResult(task);
        }
        else
        {
            _error = ErrorOf(task);
            // What it failed with ends its children; a cancel has reached them already.
            _isBodyCanceled = IsCancel(_error);
            if (!_isBodyCanceled) Scope.CancelAs(CancelKind.Failed, null, _error);
        }

        _task = null;
        // From here on nobody can become a child without being seen.
        if (Scope.CloseGroup() is { } group)
        {
            SetState(CoprocessState.Ending);
            if (!group.Close(ChildrenEndedCallback, this)) return;
        }

        Finish();
    }

    private void OnChildrenEnded()
    {
        // The end of the last child is on the stack, and under it that of its own last child: a long line of them goes on from the queue.
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) Finish();
        else Context.Enqueue(FinishCallback, this);
    }

    /// <summary>Body and children have ended.</summary>
    private void Finish()
    {
        var errors = ReferenceEquals(Scope.Group, CoprocessGroup.Closed) ? null : Scope.Group!.TakeErrors();
        if (Scope.TakeCleanupErrors() is { } cleanup) (errors ??= []).AddRange(cleanup);
        var (state, error) = Judge(_error, errors);
        Complete(state, error);
    }

    private (CoprocessState State, Exception? Error) Judge(Exception? bodyError, List<Exception>? errors)
    {
        var state = CoprocessState.Completed;
        if (bodyError is not null)
        {
            if (!_isBodyCanceled) (errors ??= []).Insert(0, bodyError);
            else if (ReferenceEquals(Scope.Signal?.Scope, Scope)) state = JudgeOwnCancel(bodyError, ref errors);
            else return errors is null ? (CoprocessState.Canceled, bodyError) : (CoprocessState.Failed, OneOf(errors));
        }

        return errors is null ? (state, null) : (CoprocessState.Failed, OneOf(errors));
    }

    private CoprocessState JudgeOwnCancel(Exception error, ref List<Exception>? errors)
    {
        switch (Scope.Kind)
        {
            case CancelKind.Interrupted or CancelKind.NoLongerNeeded or CancelKind.Restarted:
                return CoprocessState.Interrupted;
            case CancelKind.Failed when errors is not null:
                break;
            case CancelKind.Deadline:
                (errors ??= []).Add(new DeadlineExceededException(Scope, error));
                break;
            default:
                (errors ??= []).Add(new CoprocessCanceledException(this, Scope.Reason, Scope.Cause ?? error));
                break;
        }

        return CoprocessState.Failed;
    }

    private static Exception OneOf(List<Exception> errors) => errors.Count == 1 ? errors[0] : new AggregateException(errors);

    private void Complete(CoprocessState state, Exception? error)
    {
        Wait? claimed = null;
        var beginsAgain = false;
        using (Context.Hold())
        {
            beginsAgain = _end == End.Restart && state is (CoprocessState.Completed or CoprocessState.Interrupted);
            if (!beginsAgain)
            {
                if (_lateCancel is not null && state == CoprocessState.Interrupted) (state, error) = (CoprocessState.Failed, _lateCancel);
                _error = error;
                _final = state;
                claimed = _waits.ClaimAll();
            }
        }

        if (beginsAgain)
        {
            BeginAgain();
            return;
        }

        if (error is not null && state == CoprocessState.Failed) NoteOrigin(error);
        var isObserved = TellObservers(state, error) | claimed is not null;
        var group = _parentGroup!;
        var isUnhandled = error is not null && state == CoprocessState.Failed && !isObserved;
        // Before it leaves: the owner must not end without the error.
        if (isUnhandled && !group.Scope.IsRoot) isUnhandled = !group.AddError(error!);
        Scope.Exit(group, IsTransient, state == CoprocessState.Canceled);
        Scope.ReportCleanupErrors();
        // It names the scope of the spawner, and with it the whole line of those who spawned each other.
        _executionContext = null;
        OnExited();
        if (isUnhandled) ReportUnhandled(this, Scheduler, error!);

        while (claimed is not null)
        {
            var wait = claimed;
            claimed = wait.Next;
            wait.Next = null;
            EndWait(wait);
        }
    }

    /// <summary>Tells those who take its end, error included, instead of its group. Whether there is one.</summary>
    private bool TellObservers(CoprocessState state, Exception? error) => (Starter?.OnEnded(state, error) == true) | TellMonitors(state, error);

    private void BeginAgain()
    {
        var scope = new CancelScope(Scheduler) { Coprocess = this };
        var before = Scope;
        CoprocessGroup group;
        CancelSignal? inherited;
        End end;
        using (Context.Hold())
        {
            // At once, so that it is not moved elsewhere in between.
            group = _parentGroup!;
            var parent = before.Parent ?? group.Scope;
            before.Exit();
            inherited = scope.Relink(parent);
            // Since the end of the run before: it is for the one that begins.
            end = _end;
            if (end == End.Restart) _end = End.None;
            _error = null;
            _state = CoprocessState.Runnable;
            Scope = scope;
        }

        before.ReportCleanupErrors();
        scope.OnRelinked(inherited);
        _mailbox?.OnBeginAgain();
        if (end == End.Interrupt) scope.CancelAs(CancelKind.Interrupted, null, null);
        else if (end == End.Cancel) scope.CancelAs(CancelKind.Requested, _lateCancel!.Reason, _lateCancel.InnerException);
        EndIfUnneeded(group, scope);
        Context.Enqueue(BeginCallback, this);
    }

    /// <summary>Whether an error of the body is a cancel of its scope, or of one further out.</summary>
    private bool IsCancel(Exception exception)
        => exception is OperationCanceledException && Scope.Signal is { } signal && (exception is not ScopeCanceledException canceled || canceled.Scope == signal.Scope || canceled.Scope == Scope);

    private static Exception ErrorOf(Task task)
    {
        if (task.Exception is { } exception) return exception.InnerExceptions.Count == 1 ? exception.InnerExceptions[0] : exception;
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException canceled)
        {
            return canceled;
        }

        throw new InvalidOperationException("The body has not failed.");
    }

    private static void ThrowParentEnded() => throw new InvalidOperationException("Nothing can be spawned here any more: the coprocess or nursery has ended.");
}
