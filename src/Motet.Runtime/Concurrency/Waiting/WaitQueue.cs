using System.Diagnostics.CodeAnalysis;

namespace Motet.Runtime;

/// <summary>Those who wait, first come first served. Used under the lock of its owner.</summary>
internal struct WaitQueue
{
    private Wait? _first;
    private Wait? _last;

    public int Count { get; private set; }

    public readonly bool IsEmpty => _first is null;

    public readonly Wait? First => _first;

    /// <summary>A new wait at the end of the queue, which its scope and token end as well; one whose scope is cancelled already has ended, and is not in the queue.</summary>
    public Wait<T> Enter<T>(IWaitOwner owner, CancelScope? scope, CancellationToken cancellationToken)
    {
        var wait = Wait<T>.Rent(owner);
        if (wait.TryJoin(scope, cancellationToken)) Add(wait);
        return wait;
    }

    public void Add(Wait wait)
    {
        wait.IsQueued = true;
        wait.Previous = _last;
        wait.Next = null;
        if (_last is null) _first = wait;
        else _last.Next = wait;
        _last = wait;
        Count++;
    }

    public void Remove(Wait wait)
    {
        if (!wait.IsQueued) return;
        wait.IsQueued = false;
        if (wait.Previous is null) _first = wait.Next;
        else wait.Previous.Next = wait.Next;
        if (wait.Next is null) _last = wait.Previous;
        else wait.Next.Previous = wait.Previous;
        wait.Next = wait.Previous = null;
        Count--;
    }

    /// <summary>
    /// Takes the first wait that was not cancelled meanwhile: it is the caller's to complete, and nobody can cancel it any more.
    /// </summary>
    public bool TryClaim([NotNullWhen(true)] out Wait? wait)
    {
        while ((wait = _first) is not null)
        {
            Remove(wait);
            if (wait.TryClaim()) return true;
        }

        return false;
    }

    /// <summary>Takes this one, if it was not cancelled meanwhile.</summary>
    public bool TryClaim(Wait wait)
    {
        Remove(wait);
        return wait.TryClaim();
    }
}
