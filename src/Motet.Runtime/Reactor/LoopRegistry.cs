namespace Motet.Runtime;

/// <summary>The loops of the process that run, for the watchdog and the metrics.</summary>
internal static class LoopRegistry
{
    private static readonly Lock Gate = new();
    private static EventLoop[] _loops = [];

    /// <summary>Any thread; an array that is never changed.</summary>
    public static EventLoop[] Loops => Volatile.Read(ref _loops);

    public static void Add(EventLoop loop)
    {
        lock (Gate) _loops = [.. _loops, loop];
        RuntimeMetrics.Ensure();
        LoopWatchdog.Add(loop);
    }

    public static void Remove(EventLoop loop)
    {
        lock (Gate) _loops = Array.FindAll(_loops, other => other != loop);
    }
}
