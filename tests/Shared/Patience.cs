using System.Diagnostics;

namespace Motet.Tests.Shared;

/// <summary>How long tests wait for what has to happen: long enough for a machine under load, short enough that a hang has a name.</summary>
internal static class Patience
{
    /// <summary>Never waited for in full by a test that passes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>What a wait of the framework may be short by on a finer clock: its timers count ticks of a coarse one.</summary>
    public static readonly TimeSpan TimerError = TimeSpan.FromMilliseconds(10);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>Waits until the condition holds, for what has no event to wait for.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string>? describe = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, describe?.Invoke() ?? "It did not happen in time.");
            await Task.Delay(1);
        }
    }
}
