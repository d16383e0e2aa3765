namespace Motet.Runtime;

/// <summary>What is inside.</summary>
public sealed partial class CancelScope
{
    // The lock is held for less than a microsecond by anybody but a debugger.
    private static readonly TimeSpan LookTimeout = TimeSpan.FromMilliseconds(100);

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

    /// <summary>Children and waits, for dumps. Null when somebody holds the lock for longer than anybody should.</summary>
    internal ScopeContent? LookInside()
    {
        if (!ThinLock.TryTake(ref _lock, LookTimeout)) return null;
        try
        {
            var content = new ScopeContent();
            for (var child = _firstChild; child is not null; child = child._nextSibling) content.Children.Add(child);
            for (var member = _firstMember; member is not null; member = member.NextMember)
            {
                // Whatever is in the list has not been given back.
                if (member is Wait wait) content.Waits.Add(new ScopeWait(wait.Owner, wait.Tag, wait.Due));
            }

            return content;
        }
        finally
        {
            ThinLock.Release(ref _lock);
        }
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
