namespace Motet.Runtime.Tests;

public sealed class CancelScopeTests
{
    [Theory, CombinatorialHomes]
    public Task MoveOnAfterCutsTheBodyShort(Home home) => home.RunAsync(async () =>
    {
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
        Assert.True(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(10), async _ => await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1))));
    });

    [Theory, CombinatorialHomes]
    public Task TheInnerOfTwoTimeOutsFires(Home home) => home.RunAsync(async () =>
    {
        var after = false;
        Assert.True(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(10), async outer =>
        {
            await Assert.ThrowsAsync<DeadlineExceededException>(() => CancelScope.FailAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
            after = true;
        }));
        Assert.True(after);
    });

    [Theory, CombinatorialHomes]
    public Task TheOuterOfTwoTimeOutsFires(Home home) => home.RunAsync(async () =>
    {
        var after = false;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async outer =>
        {
            await CancelScope.FailAfterAsync(TimeSpan.FromSeconds(10), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan));
            after = true;
        }));
        Assert.False(after);
    });

    [Theory, CombinatorialHomes]
    public Task EachOperationInACancelledScopeIsCancelledAtEntry(Home home) => home.RunAsync(async () =>
    {
        var count = 0;
        await new CancelScope().RunAsync(async scope =>
        {
            scope.Cancel("enough");
            for (var index = 0; index < 3; index++)
            {
                try
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(100));
                }
                catch (ScopeCanceledException exception)
                {
                    Assert.Same(scope, exception.Scope);
                    Assert.Equal("enough", exception.Reason);
                    count++;
                }
            }
        });
        Assert.Equal(3, count);
    });

    [Theory, CombinatorialHomes]
    public Task TheTokenOfAScopeEndsForeignWaits(Home home) => home.RunAsync(async () =>
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), scope => Task.Delay(-1, scope.Token))));

    [Theory, CombinatorialHomes]
    public Task ADrainEndsTheWaitForWorkAndLeavesTheRest(Home home) => home.RunAsync(async () =>
    {
        var finished = false;
        var scope = new CancelScope();
        await scope.RunAsync(async _ =>
        {
            scope.Drain(TimeSpan.FromMilliseconds(50));
            Assert.False(await CancelScope.UntilDrainingAsync(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
            finished = true;
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        Assert.True(finished);
        Assert.Equal(CancelKind.GraceOver, scope.Kind);
        Assert.True(scope.CancelCaught);
    });
}
