namespace Motet.Runtime.Tests;

/// <summary>Waits for turns of a loop, where a test has to know that nothing more comes.</summary>
internal static class LoopTurns
{
    /// <summary>Full turns of the loop from now: what was ready before has been told.</summary>
    public static async Task TurnsAsync(this EventLoop loop)
    {
        // The turn under way may be past the poll; the next one is not.
        var target = loop.GetStatistics().Turns + 3;
        while (loop.GetStatistics().Turns < target) await loop.InvokeAsync(() => { }).Within();
    }
}
