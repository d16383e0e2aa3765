namespace Motet.Runtime;

/// <summary>From the first step to the end.</summary>
public abstract partial class Coprocess
{
    private static readonly Action<object?> BeginCallback = static coprocess => ((Coprocess)coprocess!).Begin();
    private static readonly ContextCallback InvokeCallback = static coprocess => ((Coprocess)coprocess!).InvokeBody();
    private static readonly Action<object?> ChildrenEndedCallback = static coprocess => ((Coprocess)coprocess!).Finish();

    private Task? _task;
    private WaitQueue _waits;
    private Exception? _error;
    private End _end;

    /// <summary>How it is being ended from outside.</summary>
    private enum End : byte
    {
        None,
        Interrupt,
        Restart,
    }

    /// <summary>
    /// Called with the error of a coprocess that nobody awaited and that had no parent; on any thread. While nobody listens, it is written to standard error, or to the log of its event loop. The process goes on.
    /// </summary>
    public static event EventHandler<UnhandledCoprocessExceptionEventArgs>? UnhandledException;

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

    internal static void ReportUnhandled(Coprocess? coprocess, CoprocessScheduler scheduler, Exception exception)
    {
        if (coprocess is not null && UnhandledException is { } handlers) handlers(coprocess, new UnhandledCoprocessExceptionEventArgs(coprocess, exception));
        else if (coprocess is not null) scheduler.OnUnhandledException(coprocess, exception);
        else Console.Error.WriteLine($"Unhandled exception in cleaning up{Environment.NewLine}{exception}");
    }

    /// <summary>The coprocess gets children: they need somebody to count them.</summary>
    internal CoprocessGroup EnsureGroup() => Scope.EnsureGroup();

    /// <summary>A step threw: an <c>async void</c> method of it, or a callback that was posted to it.</summary>
    internal void OnStepFailed(Exception exception)
    {
        if (exception is OperationCanceledException && Scope.IsCanceled) return;
        if (IsCompleted) ReportUnhandled(this, Scheduler, exception);
        else EnsureGroup().AddError(exception);
    }

    private void Begin()
    {
        if (_executionContext is not null) ExecutionContext.Run(_executionContext, InvokeCallback, this);
        else
        {
            // Spawned where the flow of contexts is suppressed. The scope must not stay on the thread.
            var previous = CancelScope.Current;
            InvokeBody();
            CancelScope.MakeCurrent(previous);
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
            if (!IsCancel(_error)) Scope.CancelAs(CancelKind.Failed, null, _error);
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
            // An OperationCanceledException that came of no scope has failed the scope itself, which must not be mistaken for the reason of it.
            if (!IsCancel(bodyError) || (Scope.Kind == CancelKind.Failed && ReferenceEquals(Scope.Cause, bodyError))) (errors ??= []).Insert(0, bodyError);
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
        lock (Context)
        {
            beginsAgain = _end == End.Restart && state is (CoprocessState.Completed or CoprocessState.Interrupted);
            if (!beginsAgain)
            {
                _error = error;
                _state = state;
                while (_waits.TryClaim(out var wait))
                {
                    wait.Next = claimed;
                    claimed = wait;
                }
            }
        }

        if (beginsAgain)
        {
            BeginAgain();
            return;
        }

        var isObserved = TellObservers(state, error) | claimed is not null;
        var group = _parentGroup!;
        var isUnhandled = error is not null && state == CoprocessState.Failed && !isObserved;
        // Before it leaves: the owner must not end without the error.
        if (isUnhandled && !group.Scope.IsRoot) group.AddError(error!);
        Scope.Exit(group, IsTransient, state == CoprocessState.Canceled);
        OnExited();
        if (isUnhandled && group.Scope.IsRoot) ReportUnhandled(this, Scheduler, error!);

        while (claimed is not null)
        {
            var wait = claimed;
            claimed = wait.Next;
            wait.Next = null;
            EndWait(wait);
        }
    }

    /// <summary>Tells those who take its end, error included, instead of its group. Whether there is one.</summary>
    private bool TellObservers(CoprocessState state, Exception? error) => Starter?.OnEnded(state, error) == true;

    private void BeginAgain()
    {
        var parent = Scope.Parent ?? _parentGroup!.Scope;
        var scope = new CancelScope(Scheduler) { Coprocess = this };
        Scope.Exit();
        lock (Context)
        {
            _end = End.None;
            _error = null;
            _state = CoprocessState.Runnable;
            Scope = scope;
        }

        scope.Attach(parent);
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
