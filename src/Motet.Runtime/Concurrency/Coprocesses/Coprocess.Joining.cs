namespace Motet.Runtime;

/// <summary>Waiting for its end.</summary>
public abstract partial class Coprocess : IWaitOwner
{
    private static readonly object EndOnly = new();

    /// <summary>
    /// Waits until it has ended, children included, and throws its error. Any number may wait, at any time. Cancelled with the scope of the one who waits, which leaves the coprocess alone.
    /// </summary>
    /// <remarks>A coprocess is no awaitable itself, so that one that is spawned and left to its nursery is not reported by the compiler as a forgotten <c>await</c>.</remarks>
    /// <exception cref="CoprocessCanceledException">It was cancelled: by <see cref="Cancel"/>, or by a scope around it.</exception>
    /// <exception cref="InvalidOperationException">The caller runs in it, or in a child of it, and would wait for ever.</exception>
    public ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (CannotWait(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        if (Queue(Wait<bool>.Rent(this), scope) is { } wait) return wait.ObservedBy(cancellationToken).UntypedTask;
        return JoinError is { } error ? ValueTask.FromException(error) : default;
    }

    /// <summary>The same as a task, for <c>Task.WhenAll</c> and the like.</summary>
    public Task AsTask() => JoinAsync().AsTask();

    /// <summary>
    /// Waits until it has ended, however it ended: throws only when the wait itself is cancelled. Counts as taking note: an error is in <see cref="Error"/> and goes nowhere else.
    /// </summary>
    public ValueTask WaitForEndAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (CannotWait(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        var wait = Wait<bool>.Rent(this);
        wait.Tag = EndOnly;
        return Queue(wait, scope) is null ? default : wait.ObservedBy(cancellationToken).UntypedTask;
    }

    string IWaitOwner.Describe(object? tag) => $"the end of coprocess {Id} {Description}";

    void IWaitOwner.Abandon(Wait wait)
    {
        using (Context.Hold()) _waits.Remove(wait);
    }

    /// <summary>What those who join it get instead of a value.</summary>
    private protected Exception? JoinError
        => State == CoprocessState.Canceled ? new CoprocessCanceledException(this, (_error as ScopeCanceledException)?.Reason, _error) : _error;

    private protected Exception? CannotWait(CancelScope? scope, CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return canceled;
        if (IsCompleted) return null;
        // A coprocess that waits for itself, or for one that waits for it, would wait for ever.
        for (var current = scope?.Coprocess; current is not null; current = current.Parent)
        {
            if (current == this) return new InvalidOperationException($"{Description} would wait for itself: a coprocess ends after its children.");
        }

        return null;
    }

    /// <summary>Has the wait end with the coprocess. Null when that has ended: the wait is not needed.</summary>
    private protected T? Queue<T>(T wait, CancelScope? scope) where T : Wait
    {
        using (Context.Hold())
        {
            if (!IsCompleted)
            {
                if (wait.TryJoin(scope, CancellationToken.None)) _waits.Add(wait);
                return wait;
            }
        }

        wait.GiveBack();
        return null;
    }

    private protected virtual void CompleteJoin(Wait wait) => ((Wait<bool>)wait).Complete(true);

    private void EndWait(Wait wait)
    {
        if (ReferenceEquals(wait.Tag, EndOnly)) ((Wait<bool>)wait).Complete(true);
        else if (JoinError is { } error) wait.Fail(error);
        else CompleteJoin(wait);
    }
}
