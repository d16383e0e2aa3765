namespace Motet.Runtime;

/// <summary>The schedulers that have coprocesses, for statistics and dumps.</summary>
internal static class SchedulerRegistry
{
    private static readonly List<WeakReference<CoprocessScheduler>> Known = [];

    public static void Add(CoprocessScheduler scheduler)
    {
        RuntimeMetrics.Ensure();
        lock (Known)
        {
            Known.RemoveAll(known => !known.TryGetTarget(out var target) || target == scheduler);
            Known.Add(new WeakReference<CoprocessScheduler>(scheduler));
        }
    }

    public static CoprocessScheduler[] Schedulers
    {
        get
        {
            lock (Known) return [.. Known.Select(known => known.TryGetTarget(out var target) ? target : null).OfType<CoprocessScheduler>()];
        }
    }
}
