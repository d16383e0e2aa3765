namespace Motet.Runtime.Tests;

public sealed class ShieldAndDrainTests
{
    [Theory, CombinatorialHomes]
    public Task AShieldThatComesUpLeavesTheScopesOwnCancelToItsChildren(Home home) => home.RunAsync(async () =>
    {
        var outer = new CancelScope();
        var middle = new CancelScope();
        var inner = new CancelScope();
        await outer.RunAsync(_ => middle.RunAsync(_ => inner.RunAsync(() =>
        {
            outer.Cancel();
            middle.Cancel();
            middle.Shield = true;
            Assert.Same(middle, inner.Cancellation!.Scope);
            Assert.Same(middle, middle.Cancellation!.Scope);
            return Task.CompletedTask;
        })));
    });

    [Theory, CombinatorialHomes]
    public Task AShieldThatGoesLetsCancelAndDrainIn(Home home) => home.RunAsync(async () =>
    {
        var outer = new CancelScope();
        var shield = new CancelScope { Shield = true };
        var inner = new CancelScope();
        await outer.RunAsync(_ => shield.RunAsync(_ => inner.RunAsync(() =>
        {
            outer.Drain(Timeout.InfiniteTimeSpan);
            outer.Cancel();
            Assert.False(inner.IsCanceled || inner.IsDraining);
            shield.Shield = false;
            Assert.True(inner.IsCanceled && inner.IsDraining);
            return Task.CompletedTask;
        })));
    });

    [Fact]
    public async Task AShieldAndACancelThatMeetEndAsIfOneCameFirst()
    {
        var deadline = DateTime.UtcNow.AddSeconds(1);
        using var barrier = new Barrier(2);
        CancelScope outer = null!, shield = null!;
        var ended = false;
        var other = Task.Factory.StartNew(
            () =>
            {
                while (true)
                {
                    barrier.SignalAndWait();
                    if (ended) return;
                    outer.Cancel();
                    barrier.SignalAndWait();
                }
            },
            TaskCreationOptions.LongRunning);
        var rounds = 0;
        await Task.Factory.StartNew(
            () =>
            {
                for (; DateTime.UtcNow < deadline; rounds++)
                {
                    var raises = rounds % 2 == 0;
                    outer = new CancelScope();
                    shield = new CancelScope { Shield = !raises };
                    var inner = new CancelScope();
                    outer.RunAsync(_ => shield.RunAsync(_ => inner.RunAsync(() =>
                    {
                        barrier.SignalAndWait();
                        shield.Shield = raises;
                        barrier.SignalAndWait();
                        Assert.Equal(!raises, shield.IsCanceled);
                        Assert.Equal(!raises, inner.IsCanceled);
                        return Task.CompletedTask;
                    }))).GetAwaiter().GetResult();
                }

                ended = true;
                barrier.SignalAndWait();
            },
            TaskCreationOptions.LongRunning);
        await other;
        Assert.True(rounds > 100);
    }

    [Theory, CombinatorialHomes]
    public Task ADrainBeforeTheEntryCountsItsGracePeriod(Home home) => home.RunAsync(async () =>
    {
        var scope = new CancelScope();
        scope.Drain(TimeSpan.FromMilliseconds(10));
        Assert.False(await scope.RunAsync(async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
        Assert.Equal(CancelKind.GraceOver, scope.Kind);
    });

    [Theory, CombinatorialHomes]
    public Task ADrainTokenIsFiredForLateOnesToo(Home home) => home.RunAsync(() => new CancelScope().RunAsync(async outer =>
    {
        var early = new CancelScope();
        var token = early.DrainToken;
        outer.Drain(Timeout.InfiniteTimeSpan);
        Assert.True(outer.DrainToken.IsCancellationRequested);
        Assert.False(token.IsCancellationRequested);
        await early.RunAsync(() => Task.CompletedTask);
        Assert.True(token.IsCancellationRequested);
        await new CancelScope().RunAsync(late =>
        {
            late.Drain(TimeSpan.FromSeconds(20));
            Assert.True(late.DrainToken.IsCancellationRequested);
            return Task.CompletedTask;
        });
    }));

    [Theory, CombinatorialHomes]
    public Task CallbacksOfADrainMayUseTheScope(Home home) => home.RunAsync(() => new CancelScope().RunAsync(scope =>
    {
        var seen = 0;
        scope.DrainToken.Register(() =>
        {
            if (scope.DrainToken.IsCancellationRequested && !scope.Token.IsCancellationRequested) seen++;
        });
        scope.Drain(Timeout.InfiniteTimeSpan);
        Assert.Equal(1, seen);
        return Task.CompletedTask;
    }));

    [Theory, CombinatorialHomes]
    public Task ChildrenThatComeWhileItDrainsEndTheirWaitForWork(Home home) => home.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        nursery.Scope.Drain(Timeout.InfiniteTimeSpan);
        var late = nursery.Spawn(async () => await CancelScope.UntilDrainingAsync(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
        Assert.False(await late.JoinAsync());
        var shielded = nursery.Spawn(async () =>
        {
            var drained = true;
            await CancelScope.ShieldAsync(async () => drained = !await CancelScope.UntilDrainingAsync(async () => await Coprocess.YieldAsync()));
            return drained;
        });
        Assert.False(await shielded.JoinAsync());
    }));
}
