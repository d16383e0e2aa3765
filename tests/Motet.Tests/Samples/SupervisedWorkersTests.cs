namespace Motet.Tests;

public sealed class SupervisedWorkersTests
{
    [Fact]
    public async Task CrashedWorkersComeBackUntilTheSupervisorGivesUp()
    {
        var lines = await SampleProcess.RunAsync("SupervisedWorkers");
        Assert.Equal(
            ["ChildStarted workers/ann", "ChildStarted workers/bob", "ChildStarted workers/cid", "ChildStarted workers/watcher"],
            lines.Where(line => line.StartsWith("ChildStarted ", StringComparison.Ordinal)).Distinct());

        // Five restarts are borne, and the sixth crash is the end.
        Assert.Equal(5, lines.Count(line => line.StartsWith("ChildRestarting ", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.StartsWith("Escalated ", StringComparison.Ordinal));
        Assert.Equal("Ended workers", lines[^2]);
        Assert.StartsWith("Gave up: workers gave up: more than 5 restart(s) within 00:00:10.", lines[^1]);
        Assert.Contains("Crashes: 6,", lines[^1]);
    }
}
