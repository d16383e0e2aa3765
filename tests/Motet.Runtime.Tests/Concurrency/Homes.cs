namespace Motet.Runtime.Tests;

/// <summary>The places where coprocesses run: what is promised holds in each.</summary>
public enum Home
{
    Loop,
    ThreadPool,
}

internal static class Homes
{
    /// <summary>Runs a test's body in a home of its own.</summary>
    public static async Task RunAsync(this Home home, Func<Task> body)
    {
        if (home == Home.ThreadPool)
        {
            // Away from whatever context the test framework has.
            await Task.Run(body).WaitAsync(TimeSpan.FromSeconds(30));
            return;
        }

        await using var loop = EventLoop.Start();
        await loop.RunAsync(body).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
