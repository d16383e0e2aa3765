using System.Globalization;

namespace Motet.Tests;

public sealed class TimerLoopTests
{
    [Fact]
    public async Task BeatsDoNotDriftAndTheOthersKeepTheirTime()
    {
        var lines = await SampleProcess.RunAsync("TimerLoop");
        Assert.Equal("The end.", lines[^1]);
        var events = lines[..^1].Select(line => (Time: double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture), What: line[(line.IndexOf("s  ", StringComparison.Ordinal) + 3)..])).ToArray();

        // Beats that drifted would come 150 ms later each: the last ones more than a second later than the first.
        var lateness = events.Where(found => found.What.StartsWith("beat ", StringComparison.Ordinal)).Select(beat => beat.Time - (0.2 * int.Parse(beat.What[5..], CultureInfo.InvariantCulture))).ToArray();
        Assert.All(lateness, late => Assert.InRange(late, -0.011, 30));
        Assert.InRange(lateness.TakeLast(3).Min() - lateness.Min(), 0, 0.7);

        Assert.Contains(events, found => found.What.StartsWith("busy beat ", StringComparison.Ordinal) && !found.What.EndsWith(" 0 missed", StringComparison.Ordinal));
        Assert.InRange(Count("pulse for left"), 1, 100);
        Assert.InRange(Count("pulse for left") - Count("pulse for right"), -1, 1);
        Assert.Equal(8, Count("paced loop"));
        Assert.InRange(events.Last(found => found.What == "paced loop").Time, 1.74, 30);
        Assert.InRange(Assert.Single(events, found => found.What == "later").Time, 0.99, 30);

        int Count(string what) => events.Count(found => found.What == what);
    }
}
