namespace Motet.Runtime;

/// <summary>
/// A number that is taken from and added to, by anybody: who would take from zero waits. For signals between different pieces of code; to bound how many work at once, <see cref="CapacityLimiter"/> is safer, which knows who has what.
/// </summary>
/// <remarks>First come, first served. A wait that was cancelled took nothing. All members are for any thread.</remarks>
public sealed class AsyncSemaphore : IWaitOwner
{
    private readonly Lock _gate = new();
    private readonly int _maximum;
    private WaitQueue _waits;
    private int _count;

    /// <summary>Makes a semaphore.</summary>
    /// <param name="count">The number to begin with.</param>
    /// <param name="maximum">The number is never above; <see cref="int.MaxValue"/> for no maximum.</param>
    public AsyncSemaphore(int count, int maximum = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, Math.Max(count, 1));
        _count = count;
        _maximum = maximum;
    }

    /// <summary>The number.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>
    /// Takes one, or waits for it. Cancelled with the current scope and by the token. No allocation when there is one, and none for a wait in the steady state.
    /// </summary>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask AcquireAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_count > 0)
            {
                _count--;
                return default;
            }

            return _waits.Enter<bool>(this, scope, cancellationToken).UntypedTask;
        }
    }

    /// <summary>Takes one if there is one. Is not cancelled.</summary>
    public bool TryAcquire()
    {
        lock (_gate)
        {
            if (_count == 0) return false;
            _count--;
            return true;
        }
    }

    /// <summary>Adds one to the number, or lets the first one who waits go on. By anybody.</summary>
    /// <exception cref="InvalidOperationException">The number is at its maximum.</exception>
    public void Release()
    {
        Wait? next;
        lock (_gate)
        {
            if (!_waits.TryClaim(out next))
            {
                if (_count == _maximum) throw new InvalidOperationException($"The semaphore is at its maximum, {_maximum}: it was released more often than acquired.");
                _count++;
                return;
            }
        }

        ((Wait<bool>)next).Complete(true);
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }
}
