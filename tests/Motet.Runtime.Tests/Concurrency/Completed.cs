namespace Motet.Runtime.Tests;

/// <summary>For operations that must not have waited.</summary>
internal static class Completed
{
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
