namespace Motet.Runtime;

/// <summary>
/// The coprocesses that one owner, a coprocess or a nursery, does not outlive, and what is needed to wait for them. Under the lock of the owner's scope.
/// </summary>
internal sealed class CoprocessGroup(CancelScope scope)
{
    /// <summary>The group of a coprocess that has ended without ever having had a child.</summary>
    public static readonly CoprocessGroup Closed = MakeClosed();

    private int _needed;
    private int _transient;
    private bool _isClosing;
    private bool _isClosed;
    private List<Exception>? _errors;
    private Action<object?>? _emptied;
    private object? _emptiedState;

    public CancelScope Scope { get; } = scope;

    /// <summary>Whether something under the owner ended because a scope further out was cancelled.</summary>
    public bool HasCanceled { get; private set; }

    public int Count
    {
        get
        {
            using (Scope.Hold()) return _needed + _transient;
        }
    }

    /// <summary>Counts a newcomer. False when the owner has ended.</summary>
    public bool TryEnter(bool isTransient)
    {
        using (Scope.Hold()) return TryEnterLocked(isTransient);
    }

    /// <summary>Like <see cref="TryEnter"/>, for a caller that has the lock.</summary>
    public bool TryEnterLocked(bool isTransient)
    {
        // Transient ones are ended as soon as nothing else is left: too late for others to come.
        if (_isClosed || (_isClosing && _needed == 0)) return false;
        if (isTransient) _transient++;
        else _needed++;
        return true;
    }

    /// <summary>A child has ended, or moved elsewhere.</summary>
    /// <param name="isTransient">Whether the group may end without it.</param>
    /// <param name="wasCanceled">Whether it ended because of a cancel from outside.</param>
    /// <param name="child">Its scope, when that is in the list of the group's.</param>
    public void Leave(bool isTransient, bool wasCanceled, CancelScope? child) => Update(isTransient, null, wasCanceled, child);

    /// <summary>An error that belongs to the owner.</summary>
    public void AddError(Exception error)
    {
        using (Scope.Hold()) (_errors ??= []).Add(error);
        Scope.CancelAs(CancelKind.Failed, null, error);
    }

    /// <summary>
    /// The owner's own work is done. True when no child is left: the group is closed. Otherwise <paramref name="emptied"/> is called when the last one has ended, by whoever ended it.
    /// </summary>
    public bool Close(Action<object?> emptied, object? state) => Update(null, (emptied, state), false, null);

    public List<Exception>? TakeErrors()
    {
        using (Scope.Hold())
        {
            var errors = _errors;
            _errors = null;
            return errors;
        }
    }

    private static CoprocessGroup MakeClosed()
    {
        var scope = new CancelScope(PoolScheduler.Instance);
        var group = new CoprocessGroup(scope) { _isClosed = true };
        return group;
    }

    private bool Update(bool? left, (Action<object?> Callback, object? State)? closing, bool wasCanceled, CancelScope? child)
    {
        var endTransients = false;
        Action<object?>? emptied = null;
        using (Scope.Hold())
        {
            if (child is not null) Scope.Unlink(child);
            HasCanceled |= wasCanceled;
            if (left == true) _transient--;
            else if (left == false) _needed--;
            if (closing is { } close)
            {
                _isClosing = true;
                (_emptied, _emptiedState) = close;
            }

            if (!_isClosing || _isClosed || _needed > 0) return false;
            if (_transient > 0) endTransients = closing is not null || left == false;
            else
            {
                _isClosed = true;
                emptied = _emptied;
            }
        }

        if (endTransients) Scope.EndCoprocesses();
        if (emptied is null) return false;
        if (closing is not null) return true;
        emptied(_emptiedState);
        return false;
    }
}
