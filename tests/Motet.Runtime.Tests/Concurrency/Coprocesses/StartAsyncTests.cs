namespace Motet.Runtime.Tests;

public sealed class StartAsyncTests
{
    [Theory, CombinatorialHomes]
    public Task AnErrorBeforeTheStartBelongsToTheCaller(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        await Assert.ThrowsAsync<FormatException>(() => nursery.StartAsync(_ => throw new FormatException()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => nursery.StartAsync(_ => Task.CompletedTask));
        Assert.False(nursery.Scope.IsCanceled);
    }));

    [Theory, CombinatorialHomes]
    public Task AnErrorAfterTheStartBelongsToTheNursery(Home home) => home.RunAsync(async () =>
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(async nursery =>
        {
            await nursery.StartAsync(started =>
            {
                started.Set();
                throw new FormatException();
            });
        }));
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
    });

    [Theory, CombinatorialHomes]
    public Task BeforeTheStartTheCallersCancelCounts(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await nursery.StartAsync(async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan))));
        await Patience.UntilAsync(() => nursery.Count == 0);
    }));

    [Theory, CombinatorialHomes]
    public Task ACancelThatTheChildTakesForItselfStillReachesTheCaller(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await nursery.StartAsync(async started =>
        {
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            catch (OperationCanceledException)
            {
                // Too late: without effect.
                started.Set();
            }
        })));
    }));

    [Theory, CombinatorialHomes]
    public Task AfterTheStartTheNurserysCancelCounts(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        Coprocess? child = null;
        await new CancelScope().RunAsync(async caller =>
        {
            await nursery.StartAsync(async started =>
            {
                child = Coprocess.Current;
                started.Set();
                Assert.Throws<InvalidOperationException>(started.Set);
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            });
            caller.Cancel();
        });
        Assert.False(child!.Scope.IsCanceled);
        nursery.Scope.Cancel();
        await Assert.ThrowsAsync<ScopeCanceledException>(async () => await Coprocess.YieldAsync());
        Assert.True(child.Scope.IsCanceled);
    }));

    [Theory, CombinatorialHomes]
    public Task ANurseryThatIsCancelledMeanwhileTakesTheChildAtItsStart(Home home) => home.RunAsync(async () =>
    {
        var go = new TaskCompletionSource();
        var opened = new TaskCompletionSource<Nursery>();
        var nursery = Coprocess.Spawn(() => Nursery.RunAsync(async nursery =>
        {
            opened.SetResult(nursery);
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        }));
        var target = await opened.Task;
        Task<int>? start = null;
        var caller = new CancelScope().RunAsync(async _ =>
        {
            start = target.StartAsync<int>(async started =>
            {
                await go.Task;
                started.Set(1);
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            });
            await start;
        });
        target.Scope.Cancel();
        Assert.Equal(1, target.Count);
        go.SetResult();
        Assert.True(await caller);
        Assert.Equal(1, await start!);
        await nursery.JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task ATransientChildThatStartsLateDoesNotKeepItsNursery(Home home) => home.RunAsync(async () =>
    {
        var go = new TaskCompletionSource();
        var spawned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int>? start = null;
        Nursery? opened = null;
        var ended = new CancelScope().RunAsync(async _ =>
        {
            var run = Nursery.RunAsync(async nursery =>
            {
                opened = nursery;
                await spawned.Task;
            });
            start = opened!.StartAsync<int>(
                async started =>
                {
                    await go.Task;
                    started.Set(1);
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                },
                options: new CoprocessOptions { IsTransient = true });
            spawned.SetResult();
            await run;
        });
        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
        Assert.False(ended.IsCompleted);
        go.SetResult();
        Assert.Equal(1, await start!);
        Assert.True(await ended);
    });
}
