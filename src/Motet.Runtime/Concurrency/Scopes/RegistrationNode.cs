namespace Motet.Runtime;

/// <summary>A registered handler in a scope's list, pooled: a generation for each use.</summary>
internal sealed class RegistrationNode : CancelMember
{
    private const int MaxPooled = 64;

    [ThreadStatic]
    private static RegistrationNode? _pool;

    [ThreadStatic]
    private static int _pooled;

    private ICancelHandler? _handler;
    private long _generation;
    private bool _isClaimed;

    private RegistrationNode()
    {
    }

    public CancelRegistration Registration => new(this, _generation);

    public static RegistrationNode Rent(ICancelHandler handler)
    {
        var node = _pool;
        if (node is null) node = new RegistrationNode();
        else
        {
            _pool = (RegistrationNode?)node.NextMember;
            node.NextMember = null;
            _pooled--;
        }

        node._handler = handler;
        node._isClaimed = false;
        return node;
    }

    public override bool TryClaim()
    {
        // Under the lock of the scope, as Release: a plain field does.
        if (_isClaimed) return false;
        return _isClaimed = true;
    }

    public override void OnCanceled(CancelSignal signal)
    {
        var handler = _handler!;
        var registration = Registration;
        Volatile.Write(ref _generation, _generation + 1);
        _handler = null;
        handler.OnCanceled(registration, signal.CreateException());
    }

    public bool Release(long generation)
    {
        // A scope that cancels takes the node under its lock; from then on it is not ours.
        var scope = Volatile.Read(ref Scope);
        if (scope is null || Volatile.Read(ref _generation) != generation || !scope.TryRemove(this, generation)) return false;
        _handler = null;
        if (_pooled >= MaxPooled) return true;
        NextMember = _pool;
        _pool = this;
        _pooled++;
        return true;
    }

    /// <summary>Claims this use of the node, and no later one. Under the scope's lock.</summary>
    public bool TryClaim(long generation)
    {
        if (_generation != generation || !TryClaim()) return false;
        _generation++;
        return true;
    }
}
