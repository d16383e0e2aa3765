namespace Motet.Runtime.Tests;

public sealed class MapTests
{
    [Theory, CombinatorialHomes]
    public Task ResultsAreInTheOrderOfTheItemsWhateverEndsFirst(Home home) => home.RunAsync(async () =>
    {
        var results = await Flow.MapAsync(Enumerable.Range(0, 50), 8, async item =>
        {
            for (var left = item * 13 % 11; left > 0; left--) await Coprocess.YieldAsync();
            return item * 2;
        });
        Assert.Equal(Enumerable.Range(0, 50).Select(item => item * 2), results);
    });

    [Theory, CombinatorialHomes]
    public Task NoMoreThanTheLimitRunAndItemsAreTakenOnlyForThem(Home home) => home.RunAsync(async () =>
    {
        var running = 0;
        var most = 0;
        var taken = 0;
        var done = 0;
        IEnumerable<int> Items()
        {
            for (; taken < 40; taken++)
            {
                Assert.True(taken - Volatile.Read(ref done) < 3);
                yield return taken;
            }
        }

        await Flow.MapAsync(Items(), 3, async item =>
        {
            var now = Interlocked.Increment(ref running);
            for (var seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
            return item;
        });
        Assert.Equal(3, most);
        Assert.Equal(40, taken);
    });

    [Theory, CombinatorialHomes]
    public Task TheFirstFailureCancelsTheRestAndNothingIsLeftOpen(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        var cut = 0;
        var error = await Assert.ThrowsAsync<AggregateException>(() => Flow.MapAsync(Enumerable.Range(0, int.MaxValue), 5, async item =>
        {
            if (item < 3) return things.Make();
            if (item == 6) throw new FormatException();
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                Interlocked.Increment(ref cut);
            }

            return things.Make();
        }));
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
        Assert.Equal(3, things.Made);
        Assert.Equal(0, things.Open);
        Assert.InRange(cut, 3, 4);
    });

    [Theory, CombinatorialHomes]
    public Task AFailureOfTheSourceCancelsWhatRuns(Home home) => home.RunAsync(async () =>
    {
        IEnumerable<int> Items()
        {
            yield return 1;
            throw new FormatException();
        }

        var error = await Assert.ThrowsAsync<AggregateException>(() => Flow.MapAsync(Items(), 2, async item =>
        {
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            return item;
        }));
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
    });

    [Theory, CombinatorialHomes]
    public Task AFailureEndsTheWaitOfAForeignSource(Home home) => home.RunAsync(async () =>
    {
        var channel = System.Threading.Channels.Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        await Assert.ThrowsAsync<AggregateException>(() => Flow.MapAsync(channel.Reader.ReadAllAsync(), 2, Task<int> (int _) => throw new FormatException()));
    });

    [Theory, CombinatorialHomes]
    public Task WhenAllGivesAllInOrder(Home home) => home.RunAsync(async () =>
    {
        var values = await Flow.WhenAllAsync(
            async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(2));
                return 1;
            },
            () => Task.FromResult(2));
        Assert.Equal([1, 2], values);
        Assert.Empty(await Flow.WhenAllAsync<int>());
    });

    [Theory, CombinatorialHomes]
    public Task NothingIsLostWhenCancelsRaceTheEndOfAMap(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        for (var round = 0; round < 1000; round++)
        {
            var scope = new CancelScope();
            using var go = new ManualResetEventSlim();
            var canceler = Task.Run(() =>
            {
                go.Wait();
                Thread.SpinWait((round * 7) % 2500);
                scope.Cancel();
            });
            await scope.RunAsync(async _ =>
            {
                foreach (var thing in await Flow.MapAsync(Enumerable.Range(0, 4), 2, async _ =>
                {
                    go.Set();
                    var thing = things.Make();
                    await Task.Yield();
                    return thing;
                }))
                {
                    await thing.DisposeAsync();
                }
            });
            await canceler;
            Assert.Equal(0, things.Open);
        }
    });
}
