using Motet.Runtime.Testing;

namespace Motet.Runtime.Tests;

/// <summary>What holds in any order: 200 seeds of each, with random times, failures and cancels.</summary>
public sealed class ShuffledFlowTests
{
    [Fact]
    public Task ARaceGivesOneValueAndLeavesNothingOpen() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var things = new Things();
        for (var round = 0; round < 20; round++)
        {
            var count = random.Next(1, 5);
            var needed = random.Next(1, count + 1);
            var contenders = Enumerable.Range(0, count).Select(_ => Contender(random, things)).ToArray();
            try
            {
                var ran = await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(random.Next(0, 8)), async _ =>
                {
                    var winners = await (needed == 1 ? AsArrayAsync(Flow.RaceAsync(contenders, TimeSpan.FromMilliseconds(random.Next(0, 3)))) : Flow.FirstAsync(needed, contenders));
                    Assert.Equal(needed, winners.Length);
                    Assert.Equal(needed, things.Open);
                    foreach (var winner in winners) await winner.DisposeAsync();
                });
            }
            catch (AggregateException exception)
            {
                Assert.InRange(exception.InnerExceptions.Count, count - needed + 1, count);
                Assert.All(exception.InnerExceptions, inner => Assert.IsType<FormatException>(inner));
            }

            Assert.Equal(0, things.Open);
            Assert.Empty(Coprocess.Current!.Children);
        }
    });

    [Fact]
    public Task AMapGivesAllInOrderOrNothingAndLeavesNothingOpen() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var things = new Things();
        for (var round = 0; round < 10; round++)
        {
            var count = random.Next(0, 12);
            var made = new List<(int Item, Things.Thing Thing)>();
            var fails = random.Next(3) == 0;
            try
            {
                await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(random.Next(0, 20)), async _ =>
                {
                    var results = await Flow.MapAsync(Enumerable.Range(0, count), random.Next(1, 5), async item =>
                    {
                        if (random.Next(3) > 0) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(random.Next(0, 4)));
                        if (fails && random.Next(8) == 0) throw new FormatException();
                        var thing = things.Make();
                        made.Add((item, thing));
                        return thing;
                    });
                    Assert.Equal(made.OrderBy(pair => pair.Item).Select(pair => pair.Thing), results);
                    Assert.Equal(count, results.Length);
                    foreach (var thing in results) await thing.DisposeAsync();
                });
            }
            catch (AggregateException)
            {
                Assert.True(fails);
            }

            Assert.Equal(0, things.Open);
        }
    });

    [Fact]
    public Task AStreamGivesEachResultOnceAndLeavesNothingOpen() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var things = new Things();
        for (var round = 0; round < 10; round++)
        {
            var limit = random.Next(1, 5);
            // One who leaves early, by break or deadline, may leave a failure behind, which is reported: that would fail the run.
            var fails = random.Next(3) == 0;
            var wanted = fails ? int.MaxValue : random.Next(0, 12);
            var deadline = fails ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(random.Next(0, 30));
            var seen = 0;
            try
            {
                var ran = await CancelScope.MoveOnAfterAsync(deadline, async _ =>
                {
                    await foreach (var thing in Flow.MapUnorderedAsync(Enumerable.Range(0, 10), limit, async item =>
                    {
                        if (random.Next(3) > 0) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(random.Next(0, 4)));
                        if (fails && random.Next(8) == 0) throw new FormatException();
                        return things.Make();
                    }))
                    {
                        // Twice is noticed by the thing.
                        await thing.DisposeAsync();
                        seen++;
                        Assert.InRange(things.Open, 0, limit);
                        if (seen == wanted) break;
                        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(random.Next(0, 3)));
                    }
                });
                if (ran && wanted is 0 or > 10) Assert.Equal(10, seen);
            }
            catch (AggregateException)
            {
                Assert.True(fails);
            }

            Assert.Equal(0, things.Open);
        }
    });

    [Fact]
    public Task AThrottlerKeepsItsPaceAndTheOrderWhoeverLeaves() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var throttler = new Throttler(TimeSpan.FromMilliseconds(10));
        var arrived = new List<int>();
        var passed = new List<int>();
        var times = new List<TimeSpan>();
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 30; index++)
            {
                var name = index;
                var arrives = random.Next(0, 200);
                var leaves = random.Next(0, 300);
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(arrives));
                    arrived.Add(name);
                    if (await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(leaves), async _ =>
                    {
                        await throttler.WaitAsync();
                        // Here, where the order is that of the turns: one at a time.
                        times.Add(time.Elapsed);
                        passed.Add(name);
                    })
                    == false) arrived.Remove(name);
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal(arrived, passed);
        for (var index = 1; index < times.Count; index++) Assert.True(times[index] - times[index - 1] >= TimeSpan.FromMilliseconds(10), $"{times[index - 1]} then {times[index]}");
        Assert.Equal(passed.Count, throttler.GetStatistics().Passed);
    });

    private static Func<Task<Things.Thing>> Contender(Random random, Things things)
    {
        var takes = random.Next(0, 6);
        var fails = random.Next(3) == 0;
        var isStubborn = random.Next(4) == 0;
        return async () =>
        {
            try
            {
                if (takes > 0) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(takes));
            }
            catch (ScopeCanceledException) when (isStubborn)
            {
                await CancelScope.ShieldAsync(async () => await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1)));
            }

            return fails ? throw new FormatException() : things.Make();
        };
    }

    private static async Task<T[]> AsArrayAsync<T>(Task<T> task) => [await task];
}
