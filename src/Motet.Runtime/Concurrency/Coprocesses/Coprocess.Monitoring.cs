namespace Motet.Runtime;

/// <summary>Watching for the end of others.</summary>
public abstract partial class Coprocess
{
    private HashSet<CoprocessMonitor>? _monitors;

    /// <summary>
    /// Has the current coprocess told when this one ends: it receives one <see cref="CoprocessExit"/> for each monitor, which has room in its mailbox always; at once when this one has ended. The one that is watched does not notice.
    /// An error counts as taken by those who monitor: it does not go to the parent. <see cref="Restart"/> in place is not an end; when the one who watches begins again, its monitors are taken back.
    /// </summary>
    /// <returns>Disposing it takes it back.</returns>
    /// <exception cref="InvalidOperationException">The caller does not run in a coprocess.</exception>
    public CoprocessMonitor Monitor()
    {
        var owner = OwnMailbox(CancelScope.Current);
        var monitor = new CoprocessMonitor(this, owner);
        if (!owner.TryAddMonitor(monitor)) ThrowNoCoprocess();
        bool hasEnded;
        using (Context.Hold())
        {
            hasEnded = IsCompleted;
            if (!hasEnded) (_monitors ??= []).Add(monitor);
        }

        if (hasEnded) monitor.Tell(State, Error);
        return monitor;
    }

    internal void RemoveMonitor(CoprocessMonitor monitor)
    {
        using (Context.Hold()) _monitors?.Remove(monitor);
    }

    /// <summary>Tells those who watch. Whether there is one who still does.</summary>
    private bool TellMonitors(CoprocessState state, Exception? error)
    {
        // Nobody comes after the end, which is known by now.
        if (Volatile.Read(ref _monitors) is null) return false;
        CoprocessMonitor[] monitors;
        using (Context.Hold())
        {
            if (_monitors is null) return false;
            monitors = [.. _monitors];
            _monitors = null;
        }

        var isTold = false;
        foreach (var monitor in monitors) isTold |= monitor.Tell(state, error);
        return isTold;
    }
}
