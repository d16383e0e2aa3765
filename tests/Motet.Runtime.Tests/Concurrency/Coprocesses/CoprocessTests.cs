namespace Motet.Runtime.Tests;

public sealed class CoprocessTests
{
    [Theory, CombinatorialHomes]
    public Task ItGivesItsValueToManyWhoAwaitIt(Home home) => home.RunAsync(async () =>
    {
        var coprocess = Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
            return 42;
        });
        async Task<int> AwaitAsync() => await coprocess.JoinAsync();
        Assert.Equal(new[] { 42, 42, 42 }, await Task.WhenAll(AwaitAsync(), AwaitAsync(), AwaitAsync()));
        Assert.Equal(CoprocessState.Completed, coprocess.State);
    });

    [Theory, CombinatorialHomes]
    public Task ItNeverRunsInsideTheCallThatSpawnsIt(Home home) => home.RunAsync(async () =>
    {
        var ran = false;
        await Coprocess.Spawn(async () =>
        {
            var child = Coprocess.Spawn(() => { ran = true; return Task.CompletedTask; });
            if (home == Home.Loop) Assert.False(ran);
            await child.JoinAsync();
            Assert.True(ran);
        }).JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorGoesToTheOneWhoAwaits(Home home) => home.RunAsync(async () =>
    {
        var coprocess = Coprocess.Spawn(async () =>
        {
            await Coprocess.YieldAsync();
            throw new FormatException("x");
        });
        await Assert.ThrowsAsync<FormatException>(async () => await coprocess.JoinAsync());
        Assert.Equal(CoprocessState.Failed, coprocess.State);
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorThatNobodyAwaitsFailsTheParent(Home home) => home.RunAsync(async () =>
    {
        var parent = Coprocess.Spawn(async () =>
        {
            Coprocess.Spawn(async () =>
            {
                await Coprocess.YieldAsync();
                throw new FormatException("x");
            });
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await Assert.ThrowsAsync<FormatException>(async () => await parent.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task InterruptEndsItQuietlyWithAValue(Home home) => home.RunAsync(async () =>
    {
        var cleaned = false;
        var coprocess = Coprocess.Spawn<int>(async () =>
        {
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                cleaned = true;
            }

            return 1;
        });
        await Coprocess.YieldAsync();
        Assert.True(coprocess.Interrupt(7));
        Assert.False(coprocess.Interrupt(8));
        Assert.Equal(7, await coprocess.JoinAsync());
        Assert.Equal(CoprocessState.Interrupted, coprocess.State);
        Assert.True(cleaned);
    });

    [Theory, CombinatorialHomes]
    public Task TheParentEndsAfterItsChildrenAndWithoutTransientOnes(Home home) => home.RunAsync(async () =>
    {
        var childEnded = false;
        Coprocess? transient = null;
        var parent = Coprocess.Spawn(() =>
        {
            transient = Coprocess.Spawn(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan), options: new CoprocessOptions { IsTransient = true });
            Coprocess.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(10));
                childEnded = true;
            });
            return Task.CompletedTask;
        });
        await parent.JoinAsync();
        Assert.True(childEnded);
        Assert.Equal(CoprocessState.Interrupted, transient!.State);
    });

    [Theory, CombinatorialHomes]
    public Task NurseryCollectsAllErrors(Home home) => home.RunAsync(async () =>
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(async () =>
            {
                try
                {
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    throw new ArgumentException("in cleanup");
                }
            });
            await Coprocess.YieldAsync();
            nursery.Spawn(() => throw new FormatException());
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        }));
        Assert.Equal([typeof(FormatException), typeof(ArgumentException)], error.InnerExceptions.Select(inner => inner.GetType()));
    });

    [Theory, CombinatorialHomes]
    public Task StartAsyncGivesTheValue(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        var port = await nursery.StartAsync<int>(async started =>
        {
            await Coprocess.YieldAsync();
            started.Set(80);
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        Assert.Equal(80, port);
        Assert.Equal(1, nursery.Count);
        nursery.Scope.Cancel();
    }));

    [Theory, CombinatorialHomes]
    public Task RestartRunsTheBodyAgainInPlace(Home home) => home.RunAsync(async () =>
    {
        var runs = 0;
        var coprocess = Coprocess.Spawn(async () =>
        {
            if (++runs == 1) await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            return runs;
        });
        while (Volatile.Read(ref runs) == 0) await Coprocess.YieldAsync();
        Assert.Same(coprocess, coprocess.Restart());
        Assert.Equal(2, await coprocess.JoinAsync());
    });
}
