namespace Motet.Runtime.Tests;

/// <summary>Waits for what has to happen, and fails when it does not within a time that only a defect exceeds.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static async Task UntilAsync(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Limit;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "It did not happen in time.");
            await Task.Delay(1);
        }
    }

    /// <summary>Full turns of the loop from now: what was ready before has been told.</summary>
    public static async Task TurnsAsync(this EventLoop loop)
    {
        // The turn under way may be past the poll; the next one is not.
        var target = loop.GetStatistics().Turns + 3;
        while (loop.GetStatistics().Turns < target) await loop.InvokeAsync(() => { }).Within();
    }
}
