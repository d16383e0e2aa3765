namespace Motet.Runtime.Tests;

/// <summary>Counts what code that never waits allocates.</summary>
internal static class Allocations
{
    /// <summary>Bytes of a thousand runs, after as many to warm up.</summary>
    public static long Of(Action action)
    {
        for (var run = 0; run < 1000; run++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 1000; run++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The result of an operation that must not have waited.</summary>
    public static T Now<T>(this ValueTask<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>An operation that must not have waited.</summary>
    public static void Now(this ValueTask task)
    {
        Assert.True(task.IsCompleted);
        task.GetAwaiter().GetResult();
    }
}
