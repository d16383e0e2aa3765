namespace Motet.Runtime;

/// <summary>The way of the tokens.</summary>
public sealed partial class CapacityLimiter
{
    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate)
        {
            _waits.Remove(wait);
            if (wait.Tag is CapacityToken token) Forget(token);
        }
    }

    /// <summary>A lease is given back. One that was given back before has an older generation.</summary>
    internal void Return(CapacityToken token, long generation)
    {
        WaitQueue ready = default;
        lock (_gate)
        {
            if (token.Generation != generation) return;
            if (token.Previous is null) _firstBorrowed = token.Next;
            else token.Previous.Next = token.Next;
            if (token.Next is null) _lastBorrowed = token.Previous;
            else token.Next.Previous = token.Previous;
            _borrowed--;
            Forget(token);
            LetIn(ref ready);
        }

        Wake(ref ready);
    }

    private static void Wake(ref WaitQueue ready)
    {
        while (ready.First is Wait<CapacityLease> wait)
        {
            ready.Remove(wait);
            var token = (CapacityToken)wait.Tag!;
            wait.Complete(new CapacityLease(token, token.Generation));
        }
    }

    private static void ThrowBorrowsTwice(object borrower)
        => throw new InvalidOperationException(
            $"{borrower} has a token of this limiter already, or waits for one: a second one inside of the first could wait for ever. Spawn a coprocess for each piece of work, or name a borrower.");

    private ValueTask<CapacityLease> AcquireForAsync(object? borrower, CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<CapacityLease>(canceled);
        lock (_gate)
        {
            CheckBorrower(borrower);
            if (HasRoom) return new ValueTask<CapacityLease>(Lend(Register(borrower)));
            var wait = Wait<CapacityLease>.Rent(this);
            var task = wait.Task;
            if (!wait.TryJoin(scope, cancellationToken)) return task;
            wait.Tag = Register(borrower);
            _waits.Add(wait);
            _waited++;
            return task;
        }
    }

    private bool TryAcquireFor(object? borrower, out CapacityLease lease)
    {
        lock (_gate)
        {
            CheckBorrower(borrower);
            var hasRoom = HasRoom;
            lease = hasRoom ? Lend(Register(borrower)) : default;
            return hasRoom;
        }
    }

    // While somebody waits there is no room: whatever makes room lets them in under the same lock.
    private bool HasRoom => _borrowed < _total;

    private void CheckBorrower(object? borrower)
    {
        if (borrower is not null && _known.Contains(borrower)) ThrowBorrowsTwice(borrower);
    }

    private CapacityToken Register(object? borrower)
    {
        var token = _free ?? new CapacityToken(this);
        _free = token.Next;
        token.Next = null;
        token.Borrower = borrower;
        if (borrower is not null) _known.Add(borrower);
        return token;
    }

    private CapacityLease Lend(CapacityToken token)
    {
        token.Previous = _lastBorrowed;
        if (_lastBorrowed is null) _firstBorrowed = token;
        else _lastBorrowed.Next = token;
        _lastBorrowed = token;
        _borrowed++;
        _acquired++;
        if (_borrowed > _peakBorrowed) _peakBorrowed = _borrowed;
        return new CapacityLease(token, token.Generation);
    }

    private void Forget(CapacityToken token)
    {
        if (token.Borrower is not null) _known.Remove(token.Borrower);
        token.Borrower = null;
        token.Generation++;
        token.Previous = null;
        token.Next = _free;
        _free = token;
    }

    /// <summary>Gives what there is to those who wait. They are woken outside of the lock.</summary>
    private void LetIn(ref WaitQueue ready)
    {
        while (HasRoom && _waits.TryClaim(out var wait))
        {
            Lend((CapacityToken)wait.Tag!);
            ready.Add(wait);
        }
    }
}
