namespace Motet.Runtime;

/// <summary>A number of places, for one who enters and many who leave.</summary>
internal sealed class Places(int count) : IWaitOwner
{
    private readonly Lock _gate = new();
    private int _free = count;
    private WaitQueue _waits;

    /// <summary>Takes a place, when there is one. Cancelled with the current scope: then it took none.</summary>
    public ValueTask EnterAsync()
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, CancellationToken.None) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return default;
            }

            var wait = Wait<bool>.Rent(this);
            var task = wait.UntypedTask;
            if (wait.TryJoin(scope, CancellationToken.None)) _waits.Add(wait);
            return task;
        }
    }

    /// <summary>Gives a place back. Any thread.</summary>
    public void Leave()
    {
        Wait? wait;
        lock (_gate)
        {
            if (!_waits.TryClaim(out wait)) _free++;
        }

        ((Wait<bool>?)wait)?.Complete(true);
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }
}
