namespace Motet.Runtime;

/// <summary>Something that others wait for at a supervisor: that a child is started, or down, or that the supervisor has ended.</summary>
internal sealed class SupervisorRequest(Action? onCanceled = null) : IWaitOwner
{
    private readonly Lock _gate = new();
    private WaitQueue _waits;
    private bool _isDone;
    private Exception? _error;

    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        var isCanceled = false;
        ValueTask task;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled)
        {
            isCanceled = true;
            task = ValueTask.FromException(canceled);
        }
        else
        {
            lock (_gate)
            {
                if (_isDone) return _error is null ? default : ValueTask.FromException(_error);
                var wait = Wait<bool>.Rent(this);
                task = wait.UntypedTask;
                if (wait.TryJoin(scope, cancellationToken)) _waits.Add(wait);
                else isCanceled = true;
            }
        }

        if (isCanceled) onCanceled?.Invoke();
        return task;
    }

    public void Complete() => End(null);

    public void Fail(Exception error) => End(error);

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
        onCanceled?.Invoke();
    }

    private void End(Exception? error)
    {
        lock (_gate)
        {
            if (_isDone) return;
            _isDone = true;
            _error = error;
        }

        while (true)
        {
            Wait? wait;
            lock (_gate)
            {
                if (!_waits.TryClaim(out wait)) return;
            }

            if (error is null) ((Wait<bool>)wait).Complete(true);
            else wait.Fail(error);
        }
    }
}
