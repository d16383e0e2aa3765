using System.Diagnostics;

namespace Motet.Net.Tests;

internal static class Descriptors
{
    public static int Count() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Waits until no more are open than there were; sockets of .NET close on threads of their own.</summary>
    public static async Task UntilBackAt(int count)
    {
        var started = Stopwatch.GetTimestamp();
        while (Count() > count && Stopwatch.GetElapsedTime(started) < Patience.Limit) await Task.Delay(10);
        Assert.InRange(Count(), 0, count);
    }
}
