namespace Motet.Runtime.Tests;

public sealed class EveryTests
{
    [Fact]
    public void TheTimeOfTheBodyDoesNotAddUp() => JumpingScheduler.Run(async scheduler =>
    {
        var times = new List<double>();
        await foreach (var tick in Every.Seconds(1))
        {
            times.Add(scheduler.Elapsed.TotalSeconds);
            Assert.Equal(times.Count, tick.Number);
            Assert.Equal(0, tick.Missed);
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(700));
            if (times.Count == 1000) break;
        }

        Assert.Equal(Enumerable.Range(1, 1000).Select(second => (double)second), times);
    });

    [Fact]
    public void SkipGivesTheNewestTickAndSaysHowManyWereMissed() => JumpingScheduler.Run(async scheduler =>
    {
        var ticks = new List<(double, long, long)>();
        await foreach (var tick in Every.Seconds(1))
        {
            ticks.Add((scheduler.Elapsed.TotalSeconds, tick.Number, tick.Missed));
            if (tick.Number == 1) scheduler.Hold(TimeSpan.FromSeconds(3.5));
            if (ticks.Count == 3) break;
        }

        Assert.Equal([(1, 1, 0), (4.5, 4, 2), (5, 5, 0)], ticks);
    });

    [Fact]
    public void CatchUpGivesEachTick() => JumpingScheduler.Run(async scheduler =>
    {
        var ticks = new List<(double, long)>();
        await foreach (var tick in Every.Interval(TimeSpan.FromSeconds(1), new EveryOptions { MissedTicks = MissedTicks.CatchUp }))
        {
            ticks.Add((scheduler.Elapsed.TotalSeconds, tick.Number));
            if (tick.Number == 1) scheduler.Hold(TimeSpan.FromSeconds(2.5));
            if (ticks.Count == 4) break;
        }

        Assert.Equal([(1, 1), (3.5, 2), (3.5, 3), (4, 4)], ticks);
    });

    [Fact]
    public void DelayKeepsTheIntervalBetweenTwoTicks() => JumpingScheduler.Run(async scheduler =>
    {
        var times = new List<double>();
        await foreach (var tick in Every.Interval(TimeSpan.FromSeconds(1), new EveryOptions { MissedTicks = MissedTicks.Delay }))
        {
            times.Add(scheduler.Elapsed.TotalSeconds);
            if (tick.Number == 1) scheduler.Hold(TimeSpan.FromSeconds(2.5));
            if (times.Count == 4) break;
        }

        Assert.Equal([1, 3.5, 4.5, 5.5], times);
    });

    [Fact]
    public void AnAlignedBeatIsAtFullMinutesAndFollowsTheClock() => JumpingScheduler.Run(async scheduler =>
    {
        var times = new List<string>();
        await foreach (var tick in Every.Interval(TimeSpan.FromMinutes(1), new EveryOptions { IsAligned = true }))
        {
            Assert.Equal(times.Count + 1, tick.Number);
            times.Add($"{scheduler.TimeProvider.GetUtcNow():HH:mm:ss}");
            // Back a little: the minute is not repeated. Back by an hour: the beat goes with it.
            if (times.Count == 2) scheduler.Origin -= TimeSpan.FromSeconds(10);
            if (times.Count == 3) scheduler.Origin -= TimeSpan.FromHours(1);
            if (times.Count == 4) break;
        }

        Assert.Equal(["05:07:00", "05:08:00", "05:09:00", "04:10:00"], times);
    });

    [Fact]
    public void ALongAlignedBeatSeesWithinAMinuteThatTheClockWasSetForward() => JumpingScheduler.Run(async scheduler =>
    {
        Coprocess.SpawnAfter(TimeSpan.FromSeconds(30), () =>
        {
            scheduler.Origin += TimeSpan.FromHours(20);
            return Task.CompletedTask;
        });
        await foreach (var tick in Every.Interval(TimeSpan.FromDays(1), new EveryOptions { IsAligned = true })) break;
        Assert.InRange(scheduler.Origin + scheduler.Elapsed, new DateTimeOffset(2026, 3, 5, 1, 6, 37, TimeSpan.Zero), new DateTimeOffset(2026, 3, 5, 1, 7, 37, TimeSpan.Zero));
    });

    [Theory, CombinatorialHomes]
    public Task ItEndsWithItsScopeAlsoWhenItIsAlwaysLate(Home home) => home.RunAsync(async () =>
    {
        var ticks = 0;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async _ =>
        {
            await foreach (var tick in Every.Interval(TimeSpan.FromTicks(1))) ticks++;
        }));
        Assert.True(ticks > 0);
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var tick in Every.Interval(TimeSpan.FromMilliseconds(1)).WithCancellation(source.Token)) source.Cancel();
        });
    });

    [Fact]
    public void AfterRunsOnceWhenItsTimeHasComeAndCanBeTakenBack() => JumpingScheduler.Run(scheduler => Nursery.RunAsync(async nursery =>
    {
        var ran = new List<double>();
        Func<Task> Body() => () =>
        {
            ran.Add(scheduler.Elapsed.TotalSeconds);
            return Task.CompletedTask;
        };
        nursery.SpawnAfter(TimeSpan.FromSeconds(2), Body());
        Coprocess.SpawnAfter(TimeSpan.FromSeconds(1), Body());
        var taken = nursery.SpawnAfter(TimeSpan.FromSeconds(3), Body());
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(2.5));
        Assert.True(taken.Interrupt());
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2], ran);
    }));
}
