namespace Motet.Runtime.Testing.Tests;

/// <summary>Coprocesses that change their parents while they, or the parents, end.</summary>
public sealed class MoveTests
{
    [Fact]
    public async Task AnErrorGoesToTheParentOfItsMoment()
    {
        var places = new HashSet<int>();
        await Shuffle.RunAsync(async time =>
        {
            var failed = new List<int>();
            var child = default(Coprocess);
            Coprocess Parent(int number) => Coprocess.Spawn(async () =>
            {
                if (number == 0) child = Coprocess.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                    throw new FormatException();
                });
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(3));
            });
            Coprocess[] parents = [Parent(0), Parent(1)];
            async Task JoinAsync(int number)
            {
                try
                {
                    await parents[number].JoinAsync();
                }
                catch (FormatException)
                {
                    failed.Add(number);
                }
            }

            var joins = new[] { JoinAsync(0), JoinAsync(1) };
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            child!.Attach(parents[1]);
            await Task.WhenAll(joins);
            places.Add(Assert.Single(failed));
        });
        Assert.Equal([0, 1], places.Order());
    }

    [Fact]
    public Task ManyMovesLeaveNobodyBehindAndNobodyWaitsForEver() => Shuffle.RunAsync(async time =>
    {
        int moved = 0, ended = 0;
        await Nursery.RunAsync(nursery =>
        {
            var parents = new Coprocess[3];
            for (var index = 0; index < parents.Length; index++)
            {
                var number = index;
                parents[index] = nursery.Spawn(async () =>
                {
                    for (var child = 0; child < 4; child++)
                    {
                        var steps = child;
                        var spawned = Coprocess.Spawn(async () =>
                        {
                            for (var step = 0; step <= steps; step++) await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                            ended++;
                        });
                        nursery.Spawn(async () =>
                        {
                            for (var turn = 0; turn < 4; turn++)
                            {
                                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                                try
                                {
                                    spawned.Attach(parents[(number + turn) % parents.Length]);
                                    moved++;
                                }
                                catch (InvalidOperationException)
                                {
                                    // That parent has ended.
                                }
                            }
                        });
                    }

                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(number));
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal(12, ended);
        Assert.NotEqual(0, moved);
    });

    [Fact]
    public Task ADetachedChildOutlivesItsParentAndAnAttachedOneHoldsTheNew() => Shuffle.RunAsync(async time =>
    {
        Coprocess? child = null;
        var first = Coprocess.Spawn(() =>
        {
            child = Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(5)));
            child.Detach();
            return Task.CompletedTask;
        });
        await first.JoinAsync();
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
        var second = Coprocess.Spawn(() =>
        {
            child!.Attach(Coprocess.Current!);
            return Task.CompletedTask;
        });
        await second.JoinAsync();
        Assert.Equal(TimeSpan.FromSeconds(5), time.Elapsed);
    });

    [Fact]
    public Task ATransientChildEndsWithTheLastThatIsNeeded() => Shuffle.RunAsync(async time =>
    {
        Coprocess? helper = null;
        await Coprocess.Spawn(() =>
        {
            helper = Coprocess.Spawn(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan), options: new CoprocessOptions { IsTransient = true });
            for (var index = 1; index <= 3; index++)
            {
                var seconds = index;
                Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(seconds)));
            }

            return Task.CompletedTask;
        }).JoinAsync();
        Assert.Equal((CoprocessState.Interrupted, TimeSpan.FromSeconds(3)), (helper!.State, time.Elapsed));
    });
}
