using System.Diagnostics;

namespace Motet.Runtime.Testing.Tests;

public sealed class VirtualTimeTests
{
    [Fact]
    public async Task AnHourOfSleepingTakesNoTime()
    {
        await VirtualTime.RunAsync(_ => Coprocess.SleepAsync(TimeSpan.FromSeconds(1)).AsTask());
        var began = Stopwatch.GetTimestamp();
        await VirtualTime.RunAsync(async time =>
        {
            for (var second = 0; second < 3600; second++) await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.FromHours(1), time.Elapsed);
        });
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Patience.Limit);
    }

    [Fact]
    public Task TheTimeOfDayFollowsTheClock() => VirtualTime.RunAsync(
        async time =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromDays(1));
            Assert.Equal(new DateTimeOffset(2026, 12, 25, 0, 0, 0, TimeSpan.Zero), time.Now);
            Assert.Equal(time.Now, time.TimeProvider.GetUtcNow());
        },
        new VirtualTimeOptions { StartTime = new DateTimeOffset(2026, 12, 24, 0, 0, 0, TimeSpan.Zero) });

    [Fact]
    public Task SleepersWakeInTheOrderOfTheirDeadlinesAtTheirMoments() => VirtualTime.RunAsync(async time =>
    {
        var log = new List<(int, TimeSpan)>();
        await Nursery.RunAsync(nursery =>
        {
            foreach (var seconds in (int[])[3, 1, 2])
            {
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(seconds));
                    log.Add((seconds, time.Elapsed));
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal([(1, TimeSpan.FromSeconds(1)), (2, TimeSpan.FromSeconds(2)), (3, TimeSpan.FromSeconds(3))], log);
    });

    [Fact]
    public Task WithoutASeedTheFirstThatCameRunsFirst() => VirtualTime.RunAsync(async _ =>
    {
        var log = new List<int>();
        for (var index = 0; index < 10; index++)
        {
            var number = index;
            Coprocess.Spawn(async () =>
            {
                log.Add(number);
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                log.Add(number + 10);
            });
        }

        await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(Enumerable.Range(0, 20), log);
    });

    [Fact]
    public Task EverythingThatTakesATimeProviderJumps() => VirtualTime.RunAsync(async time =>
    {
        await Task.Delay(TimeSpan.FromHours(1), time.TimeProvider);
        Assert.Equal(TimeSpan.FromHours(1), time.Elapsed);

        using var source = new CancellationTokenSource(TimeSpan.FromHours(1), time.TimeProvider);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, time.TimeProvider, source.Token));
        Assert.Equal(TimeSpan.FromHours(2), time.Elapsed);

        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time.TimeProvider);
        for (var tick = 0; tick < 6; tick++) Assert.True(await timer.WaitForNextTickAsync());
        Assert.Equal(TimeSpan.FromHours(3), time.Elapsed);

        await Assert.ThrowsAsync<TimeoutException>(() => new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromHours(1), time.TimeProvider));
        Assert.Equal(TimeSpan.FromHours(4), time.Elapsed);
    });

    [Fact]
    public Task ATimerOfTheProviderCanBeChangedAndDisposed() => VirtualTime.RunAsync(async time =>
    {
        var fired = new List<TimeSpan>();
        using var timer = time.TimeProvider.CreateTimer(_ => fired.Add(time.Elapsed), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(4));
        Assert.True(timer.Change(TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan));
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(20));
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 3, 14], fired.Select(time => time.TotalSeconds));
    });

    [Fact]
    public Task TheClockStandsStillWhileAnythingRuns() => VirtualTime.RunAsync(async time =>
    {
        var slept = false;
        Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromTicks(1));
            slept = true;
        });
        for (var turn = 0; turn < 1000; turn++) await Coprocess.YieldAsync();
        Assert.False(slept);
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    });

    [Fact]
    public Task AStepOfTheRunSeesTheContextOfTheCaller()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        return VirtualTime.RunAsync(async _ =>
        {
            await Coprocess.YieldAsync();
            Assert.Equal("mine", local.Value);
        });
    }

    [Fact]
    public async Task ARunInACoprocessStandsAlone()
    {
        await VirtualTime.RunAsync(outer => VirtualTime.RunAsync(async inner =>
        {
            Assert.Null(Coprocess.Current!.Parent);
            await Coprocess.SleepAsync(TimeSpan.FromHours(1));
            Assert.Equal((TimeSpan.Zero, TimeSpan.FromHours(1)), (outer.Elapsed, inner.Elapsed));
        }));
    }

    [Fact]
    public Task StepsNeverOverlap() => VirtualTime.RunAsync(async time =>
    {
        var thread = Environment.CurrentManagedThreadId;
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 100; index++)
            {
                nursery.Spawn(async () =>
                {
                    await Task.Run(() => { });
                    Assert.Equal(thread, Environment.CurrentManagedThreadId);
                });
            }

            return Task.CompletedTask;
        });
    });
}
