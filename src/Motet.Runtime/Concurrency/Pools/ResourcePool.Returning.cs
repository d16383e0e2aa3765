namespace Motet.Runtime;

/// <summary>Giving a resource back, and ending it.</summary>
public sealed partial class ResourcePool<T>
{
    private long _discarded;
    private long _hookErrors;

    internal void Discard(PooledResource<T> entry, long generation)
    {
        lock (_gate)
        {
            if (entry.Generation == generation) entry.IsBroken = true;
        }
    }

    internal ValueTask ReturnAsync(PooledResource<T> entry, long generation)
    {
        bool isBroken;
        lock (_gate)
        {
            if (entry.Generation != generation) return default;
            entry.Generation++;
            entry.Holder = null;
            _leased--;
            isBroken = entry.IsBroken;
        }

        if (!isBroken && _options.Reset is null && !IsTooOld(entry) && TryGiveBack(entry)) return default;
        return new ValueTask(ReturnSlowlyAsync(entry, isBroken));
    }

    private async Task ReturnSlowlyAsync(PooledResource<T> entry, bool isBroken)
    {
        if (!isBroken && _options.Reset is { } reset)
        {
            var isReset = false;
            await CleanUpAsync(async token => isReset = await reset(entry.Value, token));
            isBroken = !isReset;
        }

        if (isBroken || IsTooOld(entry) || !TryGiveBack(entry)) await DestroyAsync(entry);
    }

    /// <summary>The resource becomes idle, or goes to the first who waits. False when the pool has no room for it.</summary>
    private bool TryGiveBack(PooledResource<T> entry)
    {
        WaitQueue ready = default;
        long due;
        lock (_gate)
        {
            if (_isClosed || _used > _limit) return false;
            entry.IdleSince = _scheduler.GetTimestamp();
            _used--;
            _idle.Add(entry);
            LetIn(ref ready);
            due = PlanPruning(entry);
        }

        Wake(ref ready);
        if (due != long.MaxValue) _scheduler.ForTimers.SetTimer(due, this);
        return true;
    }

    private void ReleasePlace()
    {
        WaitQueue ready = default;
        lock (_gate)
        {
            _used--;
            LetIn(ref ready);
            while (_isClosed && _used == 0 && _closers.TryClaim(out var closer)) ready.Add(closer);
        }

        Wake(ref ready);
    }

    /// <summary>Ends a resource; its place is free then.</summary>
    private async Task DestroyAsync(PooledResource<T> entry)
    {
        await EndAsync(entry);
        ReleasePlace();
    }

    /// <summary>Ends a resource; its place stays taken.</summary>
    private async Task EndAsync(PooledResource<T> entry)
    {
        lock (_gate) _all.Remove(entry);
        await CleanUpAsync(async token =>
        {
            if (_options.Destroy is { } destroy) await destroy(entry.Value, token);
            else if (entry.Value is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
            else if (entry.Value is IDisposable disposable) disposable.Dispose();
        });
        lock (_gate) _discarded++;
    }

    // Out of reach of the scopes around: what is to be cleaned up after a cancel must not be cancelled for it.
    private async Task CleanUpAsync(Func<CancellationToken, Task> body)
    {
        var scope = new CancelScope { Shield = true, Deadline = Deadline.After(_options.CleanupTimeout) };
        try
        {
            if (!await scope.RunAsync(() => body(scope.Token))) Report(new TimeoutException($"Cleaning up a {typeof(T).Name} took more than {_options.CleanupTimeout}."));
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    private void Report(Exception exception)
    {
        lock (_gate) _hookErrors++;
        _options.OnError?.Invoke(exception);
    }
}
