namespace Motet.Runtime;

/// <summary>What ends resources that nobody uses, and the end of the pool.</summary>
public sealed partial class ResourcePool<T>
{
    private static readonly CoprocessOptions TransientOptions = new() { IsTransient = true };

    // When the next timer fires; later ones that are set as well find nothing to do.
    private long _pruneDue = long.MaxValue;

    /// <summary>
    /// Ends the pool: those who wait for a resource, and those who come later, get an <see cref="ObjectDisposedException"/>; idle resources are ended; those in use and being made are waited for and ended as they come back, each once. When the wait for
    /// them is cancelled, with the current scope, they are ended all the same. May be called again, to wait. Whoever holds a lease and calls this waits for ever.
    /// </summary>
    /// <exception cref="ScopeCanceledException">The current scope was cancelled before all were back.</exception>
    public async ValueTask DisposeAsync()
    {
        WaitQueue refused = default;
        List<PooledResource<T>> idle;
        lock (_gate)
        {
            _isClosed = true;
            idle = TakeOldest(_idle.Count);
            while (_waits.TryClaim(out var wait)) refused.Add(wait);
        }

        while (refused.First is { } wait)
        {
            refused.Remove(wait);
            wait.Fail(new ObjectDisposedException(GetType().FullName));
        }

        await DestroyAllAsync(idle);
        await WaitForPlacesAsync();
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        List<PooledResource<T>> old;
        long due;
        lock (_gate)
        {
            var now = _scheduler.GetTimestamp();
            if (now >= _pruneDue) _pruneDue = long.MaxValue;
            old = TakeExpired(now);
            due = PlanPruning(null);
        }

        if (due != long.MaxValue) _scheduler.ForTimers.SetTimer(due, this);
        if (old.Count > 0) DestroyInBackground(old);
    }

    private static long Later(long timestamp, long ticks) => ticks >= long.MaxValue - timestamp ? long.MaxValue : timestamp + ticks;

    private ValueTask WaitForPlacesAsync()
    {
        var scope = CancelScope.Current;
        lock (_gate)
        {
            if (_used == 0) return default;
            return _closers.Enter<bool>(this, scope, default).UntypedTask;
        }
    }

    /// <summary>Takes the resources that were idle longest out; they keep their places until they have ended.</summary>
    private List<PooledResource<T>> TakeOldest(int count)
    {
        var taken = _idle.GetRange(0, count);
        _idle.RemoveRange(0, count);
        _used += count;
        return taken;
    }

    private List<PooledResource<T>> TakeExpired(long now)
    {
        var idleTooLong = 0;
        while (_idle.Count - idleTooLong > _options.MinIdle && Later(_idle[idleTooLong].IdleSince, _maxIdle) <= now) idleTooLong++;
        var taken = TakeOldest(idleTooLong);
        for (var index = _idle.Count - 1; index >= 0; index--)
        {
            if (!IsTooOld(_idle[index])) continue;
            taken.Add(_idle[index]);
            _idle.RemoveAt(index);
            _used++;
        }

        return taken;
    }

    /// <summary>When a timer has to be set for, if not for ever. Looks at the newcomer alone, the others had their turn, or at all.</summary>
    private long PlanPruning(PooledResource<T>? newcomer)
    {
        var due = long.MaxValue;
        if (_idle.Count > _options.MinIdle) due = Later(_idle[0].IdleSince, _maxIdle);
        if (newcomer is not null) due = Math.Min(due, Later(newcomer.Created, _maxAge));
        else foreach (var entry in _idle) due = Math.Min(due, Later(entry.Created, _maxAge));
        if (due >= _pruneDue) return long.MaxValue;
        _pruneDue = due;
        return due;
    }

    private void DestroyInBackground(List<PooledResource<T>> entries)
    {
        var coprocess = new ActionCoprocess(() => DestroyAllAsync(entries), "resource pool", TransientOptions, "ResourcePool.cs", 0, _scheduler);
        coprocess.StartUnder(_scheduler.Roots.Group!);
    }

    private Task DestroyAllAsync(List<PooledResource<T>> entries) => entries.Count == 0 ? Task.CompletedTask : Task.WhenAll(entries.Select(DestroyAsync));
}
