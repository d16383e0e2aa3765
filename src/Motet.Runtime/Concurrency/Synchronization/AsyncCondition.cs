namespace Motet.Runtime;

/// <summary>
/// Lets those inside of a lock wait for a change of what it protects: <c>while (!ready) await condition.WaitAsync();</c>, and <see cref="Notify"/> by whoever makes the change. All members are for the owner of the lock,
/// except where they say so.
/// </summary>
public sealed class AsyncCondition : IWaitOwner
{
    private readonly Lock _gate = new();
    private WaitQueue _waits;

    /// <summary>Makes a condition.</summary>
    /// <param name="lock">The lock; null for one of its own. Several conditions may share one.</param>
    public AsyncCondition(AsyncLock? @lock = null) => Lock = @lock ?? new AsyncLock();

    /// <summary>The lock. Any thread.</summary>
    public AsyncLock Lock { get; }

    /// <summary>How many wait. Any thread.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>
    /// Goes out of the lock, waits to be notified and goes in again; the lease stays the same. Also when the wait is cancelled, with the current scope or by the token, it goes in again before it throws: that part is not cancelled. A notification that finds
    /// the wait cancelled goes to the next one. Look at what you wait for again: others may have been in before.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not inside of the lock.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        CheckInside();
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        var waiter = new ConditionWaiter(Lock.CurrentLease, Coprocess.Current);
        ValueTask<ValueTask<AsyncLockLease>> notified;
        lock (_gate)
        {
            var wait = Wait<ValueTask<AsyncLockLease>>.Rent(this);
            notified = wait.Task;
            if (wait.TryJoin(scope, cancellationToken))
            {
                wait.Tag = waiter;
                _waits.Add(wait);
            }
        }

        // In the queue first: who gets in now may notify at once.
        Lock.Leave();
        return WaitOutsideAsync(notified, waiter);
    }

    /// <summary>Has those who wait go on, first come first served, when the lock is free and those who wait for it already have been in.</summary>
    /// <param name="count">How many at most.</param>
    /// <exception cref="InvalidOperationException">The caller is not inside of the lock.</exception>
    public void Notify(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        CheckInside();
        WaitQueue ready = default;
        lock (_gate)
        {
            for (; count > 0 && _waits.TryClaim(out var wait); count--) ready.Add(wait);
        }

        while (ready.First is Wait<ValueTask<AsyncLockLease>> wait)
        {
            ready.Remove(wait);
            var waiter = (ConditionWaiter)wait.Tag!;
            // It stands in line for the lock from here, not from when it runs: so the order is kept.
            wait.Complete(Lock.ReenterAsync(waiter.Lease, waiter.Owner));
        }
    }

    /// <summary>Has all who wait go on, one after another.</summary>
    /// <exception cref="InvalidOperationException">The caller is not inside of the lock.</exception>
    public void NotifyAll() => Notify(int.MaxValue);

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    private async ValueTask WaitOutsideAsync(ValueTask<ValueTask<AsyncLockLease>> notified, ConditionWaiter waiter)
    {
        ValueTask<AsyncLockLease> reentry;
        try
        {
            reentry = await notified;
        }
        catch (OperationCanceledException)
        {
            await Lock.ReenterAsync(waiter.Lease, waiter.Owner);
            throw;
        }

        await reentry;
    }

    private void CheckInside()
    {
        if (!Lock.IsHeldByCurrent) throw new InvalidOperationException("The caller is not inside of the lock of the condition.");
    }
}
