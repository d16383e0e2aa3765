namespace Motet.Runtime.Testing.Tests;

public sealed class ShuffleTests
{
    [Fact]
    public async Task APlantedLostUpdateIsFoundAndReplayed()
    {
        // Right in the order of first come first served, wrong when the second reads before the first has written.
        static async Task Body(VirtualTime time)
        {
            var balance = 0;
            async Task AddAsync(int amount)
            {
                var before = balance;
                if (amount > 1) await Coprocess.YieldAsync();
                balance = before + amount;
            }

            await Nursery.RunAsync(nursery =>
            {
                nursery.Spawn(() => AddAsync(1));
                nursery.Spawn(() => AddAsync(2));
                return Task.CompletedTask;
            });
            Assert.Equal(3, balance);
        }

        await VirtualTime.RunAsync(Body);
        var error = await Assert.ThrowsAsync<ShuffleException>(() => Shuffle.RunAsync(Body));
        Assert.Contains($"seed {error.Seed}", error.Message, StringComparison.Ordinal);
        Assert.IsType<Xunit.Sdk.EqualException>(error.InnerException);
        await Assert.ThrowsAsync<Xunit.Sdk.EqualException>(() => VirtualTime.RunAsync(Body, new VirtualTimeOptions { Seed = error.Seed }));
    }

    [Fact]
    public async Task APlantedRaceOfTimersOfOneMomentIsFound()
    {
        static async Task Body(VirtualTime time)
        {
            var log = new List<string>();
            Coprocess.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                log.Add("answer");
            });
            await Coprocess.YieldAsync();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(["answer"], log);
        }

        await VirtualTime.RunAsync(Body);
        await Assert.ThrowsAsync<ShuffleException>(() => Shuffle.RunAsync(Body));
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameOrderAndOthersGiveOthers()
    {
        var orders = new HashSet<string>();
        for (var seed = 0; seed < 20; seed++)
        {
            var order = await OrderAsync(seed);
            Assert.Equal(order, await OrderAsync(seed));
            orders.Add(order);
        }

        Assert.InRange(orders.Count, 15, 20);
    }

    [Fact]
    public async Task EachOrderOfThreeIsTried()
    {
        var orders = new HashSet<string>();
        await Shuffle.RunAsync(async _ =>
        {
            var order = "";
            await Nursery.RunAsync(nursery =>
            {
                foreach (var name in (string[])["a", "b", "c"]) nursery.Spawn(() => { order += name; return Task.CompletedTask; });
                return Task.CompletedTask;
            });
            orders.Add(order);
        });
        Assert.Equal(6, orders.Count);
    }

    [Fact]
    public Task StepsOfOneCoprocessKeepTheirOrder() => Shuffle.RunAsync(async _ =>
    {
        var log = new List<int>();
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 3; index++)
            {
                var number = index * 100;
                nursery.Spawn(async () =>
                {
                    var context = SynchronizationContext.Current!;
                    var all = new TaskCompletionSource();
                    for (var step = 0; step < 10; step++)
                    {
                        var value = number + step;
                        context.Post(_ => log.Add(value), null);
                    }

                    context.Post(_ => all.SetResult(), null);
                    await all.Task;
                });
            }

            return Task.CompletedTask;
        });
        foreach (var group in log.GroupBy(value => value / 100)) Assert.Equal(Enumerable.Range(group.Key * 100, 10), group);
    });

    [Fact]
    public async Task SeedsCountFromTheOneGiven()
    {
        var seeds = new List<int?>();
        await Shuffle.RunAsync(
            time =>
            {
                seeds.Add(time.Seed);
                return Task.CompletedTask;
            },
            3,
            new VirtualTimeOptions { Seed = 41 });
        Assert.Equal([41, 42, 43], seeds);
    }

    private static async Task<string> OrderAsync(int seed)
    {
        var order = new List<int>();
        await VirtualTime.RunAsync(
            _ => Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 10; index++)
                {
                    var number = index;
                    nursery.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                        order.Add(number);
                        await Coprocess.YieldAsync();
                        order.Add(number);
                    });
                }

                return Task.CompletedTask;
            }),
            new VirtualTimeOptions { Seed = seed });
        return string.Join(',', order);
    }
}
