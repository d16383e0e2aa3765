namespace Motet.Runtime;

/// <summary>
/// Lets one at a time in, for sections with an <c>await</c> inside: <c>using (await gate.AcquireAsync()) { … }</c>. First come, first served; a wait that was cancelled did not get in. It knows its owner, the coprocess: one that would wait for itself gets an
/// error, and only the owner gives it back.
/// </summary>
/// <remarks>
/// Not re-entrant: a section that is entered within itself finds its own state half changed. Outside of coprocesses the owner has no name, and one who waits for himself waits for ever. All members are for any thread.
/// </remarks>
public sealed class AsyncLock : IWaitOwner
{
    private readonly Lock _gate = new();
    private WaitQueue _waits;
    // The lease that is out; zero when none is.
    private long _held;
    private long _lastLease;
    private Coprocess? _owner;

    /// <summary>Whether somebody is inside.</summary>
    public bool IsHeld => Volatile.Read(ref _held) != 0;

    /// <summary>Whether the current coprocess is inside; outside of coprocesses, whether somebody is who is in none either.</summary>
    public bool IsHeldByCurrent
    {
        get
        {
            lock (_gate) return _held != 0 && _owner == Coprocess.Current;
        }
    }

    /// <summary>The coprocess that is inside; null when none is.</summary>
    public Coprocess? Owner => Volatile.Read(ref _owner);

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>
    /// Goes in, or waits for it. Cancelled with the current scope and by the token. No allocation when nobody is inside, and none for a wait in the steady state.
    /// </summary>
    /// <returns>Goes out when disposed.</returns>
    /// <exception cref="InvalidOperationException">The current coprocess is inside.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask<AsyncLockLease> AcquireAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<AsyncLockLease>(canceled);
        var current = Coprocess.Current;
        lock (_gate)
        {
            CheckNotInside(current);
            if (_held == 0) return new ValueTask<AsyncLockLease>(Enter(current));
            var wait = Wait<AsyncLockLease>.Rent(this);
            var task = wait.Task;
            if (!wait.TryJoin(scope, cancellationToken)) return task;
            wait.Tag = current;
            _waits.Add(wait);
            return task;
        }
    }

    /// <summary>Goes in if nobody is. Is not cancelled.</summary>
    /// <param name="lease">Goes out when disposed.</param>
    /// <exception cref="InvalidOperationException">The current coprocess is inside.</exception>
    public bool TryAcquire(out AsyncLockLease lease)
    {
        var current = Coprocess.Current;
        lock (_gate)
        {
            CheckNotInside(current);
            var isFree = _held == 0;
            lease = isFree ? Enter(current) : default;
            return isFree;
        }
    }

    /// <summary>Runs <paramref name="body"/> inside.</summary>
    /// <inheritdoc cref="AcquireAsync"/>
    public async Task RunAsync(Func<Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var lease = await AcquireAsync(cancellationToken);
        await body();
    }

    /// <summary>Runs <paramref name="body"/> inside and returns its value.</summary>
    /// <inheritdoc cref="AcquireAsync"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var lease = await AcquireAsync(cancellationToken);
        return await body();
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    /// <summary>The lease that is out; for the owner.</summary>
    internal long CurrentLease => Volatile.Read(ref _held);

    /// <summary>Goes out with a lease; one that is out already does nothing.</summary>
    internal void Release(long lease)
    {
        var current = Coprocess.Current;
        Wait? next;
        AsyncLockLease nextLease;
        lock (_gate)
        {
            if (lease == 0 || lease != _held) return;
            if (_owner != current) ThrowNotOwner();
            (next, nextLease) = LetNextIn();
        }

        Wake(next, nextLease);
    }

    /// <summary>Goes out for a while, for the owner: the lease is valid again after <see cref="ReenterAsync"/>.</summary>
    internal void Leave()
    {
        Wait? next;
        AsyncLockLease nextLease;
        lock (_gate) (next, nextLease) = LetNextIn();
        Wake(next, nextLease);
    }

    /// <summary>Has <paramref name="owner"/> go in again, with the lease that it had before <see cref="Leave"/>. Never cancelled.</summary>
    internal ValueTask<AsyncLockLease> ReenterAsync(long lease, Coprocess? owner)
    {
        lock (_gate)
        {
            if (_held == 0)
            {
                _held = lease;
                _owner = owner;
                return default;
            }

            var wait = Wait<AsyncLockLease>.Rent(this);
            wait.Item = new AsyncLockLease(this, lease);
            wait.Tag = owner;
            var task = wait.Task;
            _waits.Add(wait);
            return task;
        }
    }

    private static void Wake(Wait? next, AsyncLockLease lease)
    {
        if (next is not null) ((Wait<AsyncLockLease>)next).Complete(lease);
    }

    private static void ThrowNotOwner() => throw new InvalidOperationException("A lock is given back by the coprocess that is inside.");

    private void CheckNotInside(Coprocess? current)
    {
        if (current is not null && _owner == current) throw new InvalidOperationException($"{current} is inside of this lock already and would wait for itself.");
    }

    private AsyncLockLease Enter(Coprocess? owner)
    {
        _held = ++_lastLease;
        _owner = owner;
        return new AsyncLockLease(this, _held);
    }

    private (Wait? Next, AsyncLockLease Lease) LetNextIn()
    {
        _held = 0;
        _owner = null;
        if (!_waits.TryClaim(out var next)) return default;
        var returning = ((Wait<AsyncLockLease>)next).Item;
        if (!returning.IsValid) return (next, Enter((Coprocess?)next.Tag));
        _held = returning.Number;
        _owner = (Coprocess?)next.Tag;
        return (next, returning);
    }
}
