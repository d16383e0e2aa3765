namespace Motet.Runtime;

/// <summary>What is inside.</summary>
public sealed partial class CancelScope
{
    internal bool IsRoot => Has(State.IsRoot);

    /// <summary>The coprocesses directly under this scope or under scopes in it, but not those under them.</summary>
    internal IReadOnlyList<Coprocess> FindCoprocesses()
    {
        var found = new List<Coprocess>();
        var scopes = new Stack<CancelScope>();
        scopes.Push(this);
        while (scopes.TryPop(out var scope))
        {
            foreach (var child in scope.FindChildren())
            {
                if (child.Coprocess is { } coprocess && coprocess.Scope == child) found.Add(coprocess);
                else scopes.Push(child);
            }
        }

        return found;
    }

    /// <summary>Ends the transient coprocesses of the group: nobody needs them any more.</summary>
    internal void EndCoprocesses()
    {
        foreach (var coprocess in FindCoprocesses()) coprocess.Scope.CancelAs(CancelKind.NoLongerNeeded, null, null);
    }

    private List<CancelScope> FindChildren()
    {
        var children = new List<CancelScope>();
        using (Hold())
        {
            for (var child = _firstChild; child is not null; child = child._nextSibling) children.Add(child);
        }

        return children;
    }
}
