namespace Motet.Tests;

/// <summary>How long tests wait for what has to happen: long enough for a machine under load, short enough that a hang has a name.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static Task Within(this Task task) => task.WaitAsync(Time);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Time);

    /// <summary>Waits until the condition holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string>? describe = null)
    {
        var start = DateTime.UtcNow;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow - start < Time, describe?.Invoke() ?? "It did not happen in time.");
            await Task.Delay(10);
        }
    }
}
