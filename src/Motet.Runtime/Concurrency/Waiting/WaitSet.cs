namespace Motet.Runtime;

/// <summary>Those who wait for something that wakes them all: a <see cref="WaitQueue"/> of a third of its size. Used under the lock of its owner.</summary>
internal struct WaitSet
{
    private Wait? _first;

    public void Add(Wait wait)
    {
        wait.IsQueued = true;
        wait.Previous = null;
        wait.Next = _first;
        if (_first is not null) _first.Previous = wait;
        _first = wait;
    }

    public void Remove(Wait wait)
    {
        if (!wait.IsQueued) return;
        wait.IsQueued = false;
        if (wait.Previous is null) _first = wait.Next;
        else wait.Previous.Next = wait.Next;
        if (wait.Next is not null) wait.Next.Previous = wait.Previous;
        wait.Next = wait.Previous = null;
    }

    /// <summary>Takes all that were not cancelled meanwhile, linked by <see cref="Wait.Next"/>: they are the caller's to complete.</summary>
    public Wait? ClaimAll()
    {
        Wait? claimed = null;
        while (_first is { } wait)
        {
            Remove(wait);
            if (!wait.TryClaim()) continue;
            wait.Next = claimed;
            claimed = wait;
        }

        return claimed;
    }
}
