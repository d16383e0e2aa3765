namespace Motet.Runtime;

/// <summary>Something that has happened or not: any number may wait until it has. It stays so until <see cref="Reset"/>. All members are for any thread.</summary>
public sealed class AsyncEvent : IWaitOwner
{
    private readonly Lock _gate = new();
    private WaitQueue _waits;
    private bool _isSet;

    /// <summary>Whether it has happened.</summary>
    public bool IsSet => Volatile.Read(ref _isSet);

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>It has happened: all who wait go on, in their order. False when it had before.</summary>
    public bool Set()
    {
        WaitQueue ready = default;
        lock (_gate)
        {
            if (_isSet) return false;
            _isSet = true;
            while (_waits.TryClaim(out var wait)) ready.Add(wait);
        }

        Waits.Wake(ref ready);
        return true;
    }

    /// <summary>It has not happened: who comes from now on waits for the next <see cref="Set"/>. Those who were woken go on.</summary>
    public void Reset()
    {
        lock (_gate) _isSet = false;
    }

    /// <summary>
    /// Waits until it has happened. Cancelled with the current scope and by the token. No allocation when it has, and none for a wait in the steady state.
    /// </summary>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_isSet) return default;
            return _waits.Enter<bool>(this, scope, cancellationToken).UntypedTask;
        }
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }
}
