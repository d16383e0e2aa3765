namespace Motet.Runtime;

/// <summary>The loops of the process that run, for the watchdog and the metrics.</summary>
internal static class LoopRegistry
{
    private static readonly Lock Gate = new();
    private static EventLoop[] s_loops = [];

    /// <summary>Any thread; an array that is never changed.</summary>
    public static EventLoop[] Loops => Volatile.Read(ref s_loops);

    public static void Add(EventLoop loop)
    {
        lock (Gate) s_loops = [.. s_loops, loop];
        RuntimeMetrics.Ensure();
        LoopWatchdog.Add(loop);
    }

    public static void Remove(EventLoop loop)
    {
        lock (Gate) s_loops = Array.FindAll(s_loops, other => other != loop);
    }
}
