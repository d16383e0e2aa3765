namespace Motet.Runtime;

/// <summary>Taking a resource.</summary>
public sealed partial class ResourcePool<T>
{
    private int _peakWaiting;
    private long _longestWait;
    private long _acquired;
    private long _created;
    private long _createErrors;
    private long _timeouts;

    /// <summary>
    /// Takes an idle resource, makes one if there is none and room for it, or waits. Cancelled with the current scope and by the token. No allocation when an idle one is there and needs no check.
    /// </summary>
    /// <exception cref="ResourcePoolTimeoutException">There was none within <see cref="ResourcePoolOptions{T}.AcquireTimeout"/>.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public ValueTask<ResourceLease<T>> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (Wait.CheckEntry(CancelScope.Current, cancellationToken) is { } canceled) return ValueTask.FromException<ResourceLease<T>>(canceled);
        lock (_gate)
        {
            if (_options.IsHealthy is null && _used < _limit && _idle.Count > 0 && !IsTooOld(_idle[^1]))
            {
                _used++;
                return new ValueTask<ResourceLease<T>>(Lend(TakeIdle()!));
            }
        }

        return new ValueTask<ResourceLease<T>>(AcquireSlowlyAsync(cancellationToken));
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate)
        {
            if (wait is Wait<bool>) _closers.Remove(wait);
            else _waits.Remove(wait);
        }
    }

    private static void Wake(ref WaitQueue ready)
    {
        while (ready.First is { } wait)
        {
            ready.Remove(wait);
            if (wait is Wait<bool> closer) closer.Complete(true);
            else ((Wait<PooledResource<T>?>)wait).Complete(((Wait<PooledResource<T>?>)wait).Item);
        }
    }

    // The body runs in the scope, which the token cancels as well. False when it was cut short by that.
    private static async Task<bool> RunLinkedAsync(CancelScope scope, Func<Task> body, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static scope => ((CancelScope)scope!).CancelAs(CancelKind.Token, null, null), scope);
        return await scope.RunAsync(body);
    }

    private async Task<ResourceLease<T>> AcquireSlowlyAsync(CancellationToken cancellationToken)
    {
        var began = _scheduler.GetTimestamp();
        var scope = new CancelScope { Deadline = Deadline.After(_options.AcquireTimeout) };
        PooledResource<T>? entry = null;
        try
        {
            await RunLinkedAsync(scope, async () => entry = await TakeAsync(), cancellationToken);
        }
        catch when (entry is not null)
        {
            // Callbacks of the token that the creation was given threw.
            await DestroyAsync(entry);
            throw;
        }

        lock (_gate)
        {
            if (entry is not null)
            {
                _longestWait = Math.Max(_longestWait, _scheduler.GetTimestamp() - began);
                return Lend(entry);
            }

            if (scope.Kind == CancelKind.Deadline) _timeouts++;
        }

        if (scope.Kind == CancelKind.Deadline) ThrowTimeout();
        throw new OperationCanceledException(cancellationToken);
    }

    private void ThrowTimeout()
    {
        var current = Coprocess.Current;
        int own;
        lock (_gate) own = current is null ? 0 : _all.Count(entry => entry.Holder == current);
        throw new ResourcePoolTimeoutException(_options.Name is { } name ? $"the pool {name}" : $"the pool of {typeof(T).Name}", _options.AcquireTimeout, GetStatistics(), own);
    }

    /// <summary>A resource that can be used, and the place for it.</summary>
    private async Task<PooledResource<T>> TakeAsync()
    {
        var entry = await TakePlaceAsync();
        while (entry is not null)
        {
            if (await IsUsableAsync(entry)) return entry;
            await EndAsync(entry);
            lock (_gate) entry = TakeIdle();
        }

        entry = await CreateAsync();
        try
        {
            ThrowIfClosed();
            return entry;
        }
        catch (ObjectDisposedException)
        {
            await DestroyAsync(entry);
            throw;
        }
    }

    private void ThrowIfClosed()
    {
        lock (_gate) ObjectDisposedException.ThrowIf(_isClosed, this);
    }

    /// <summary>A place, with an idle resource if there is one.</summary>
    private ValueTask<PooledResource<T>?> TakePlaceAsync()
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, default) is { } canceled) return ValueTask.FromException<PooledResource<T>?>(canceled);
        lock (_gate)
        {
            if (_isClosed) return ValueTask.FromException<PooledResource<T>?>(new ObjectDisposedException(GetType().FullName));
            if (_used < _limit)
            {
                _used++;
                return new ValueTask<PooledResource<T>?>(TakeIdle());
            }

            var wait = Wait<PooledResource<T>?>.Rent(this);
            var task = wait.Task;
            if (!wait.TryJoin(scope, default)) return task;
            _waits.Add(wait);
            _peakWaiting = Math.Max(_peakWaiting, _waits.Count);
            return task;
        }
    }

    /// <summary>Makes a resource for a place that is taken; without success the place goes to the next one.</summary>
    private async Task<PooledResource<T>> CreateAsync()
    {
        try
        {
            CancelScope.ThrowIfCanceled();
            ThrowIfClosed();
            var value = await _options.Create(CancelScope.CurrentToken);
            var entry = new PooledResource<T>(this, value, _scheduler.GetTimestamp());
            lock (_gate)
            {
                _created++;
                _all.Add(entry);
            }

            return entry;
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                if (exception is not OperationCanceledException) _createErrors++;
            }

            ReleasePlace();
            throw;
        }
    }

    private async Task<bool> IsUsableAsync(PooledResource<T> entry)
    {
        if (IsTooOld(entry)) return false;
        if (_options.IsHealthy is null || _scheduler.GetTimestamp() - entry.IdleSince < _checkAfterIdle) return true;
        try
        {
            return await _options.IsHealthy(entry.Value, CancelScope.CurrentToken);
        }
        catch (OperationCanceledException) when (CancelScope.Current is { IsCanceled: true })
        {
            // Half checked: nobody knows what is under way on it.
            await DestroyAsync(entry);
            throw;
        }
        catch (Exception exception)
        {
            Report(exception);
            return false;
        }
    }

    private bool IsTooOld(PooledResource<T> entry) => _maxAge != long.MaxValue && _scheduler.GetTimestamp() - entry.Created >= _maxAge;

    private ResourceLease<T> Lend(PooledResource<T> entry)
    {
        _acquired++;
        _leased++;
        entry.Holder = Coprocess.Current;
        return new ResourceLease<T>(entry);
    }

    private PooledResource<T>? TakeIdle()
    {
        if (_idle.Count == 0) return null;
        var entry = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return entry;
    }

    /// <summary>Gives the places that are free to those who wait. They are woken outside of the lock.</summary>
    private void LetIn(ref WaitQueue ready)
    {
        while (_used < _limit && _waits.TryClaim(out var wait))
        {
            _used++;
            ((Wait<PooledResource<T>?>)wait).Item = TakeIdle();
            ready.Add(wait);
        }
    }
}
