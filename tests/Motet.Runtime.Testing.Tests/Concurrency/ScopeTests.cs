namespace Motet.Runtime.Testing.Tests;

public sealed class ScopeTests
{
    [Fact]
    public Task AShieldThatComesAndGoesLetsThroughWhatIsDoneUnderIt() => Shuffle.RunAsync(async time =>
    {
        var log = new List<string>();
        await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ =>
        {
            await new CancelScope { Shield = true }.RunAsync(async inner =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
                log.Add("first");
                inner.Shield = false;
                await Assert.ThrowsAsync<ScopeCanceledException>(async () => await Coprocess.YieldAsync());
                inner.Shield = true;
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
                log.Add("second");
                inner.Shield = false;
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
                log.Add("third");
            });
        });
        Assert.Equal(["first", "second"], log);
        Assert.Equal(TimeSpan.FromSeconds(4), time.Elapsed);
    });

    [Fact]
    public Task AShieldThatComesLateLeavesTheCancelsInsideOfItInForce() => VirtualTime.RunAsync(async time =>
    {
        await new CancelScope().RunAsync(outer => new CancelScope().RunAsync(shielded => new CancelScope().RunAsync(async middle =>
        {
            await new CancelScope().RunAsync(async inner =>
            {
                outer.Cancel();
                middle.Cancel();
                shielded.Shield = true;
                var error = await Assert.ThrowsAsync<ScopeCanceledException>(async () => await Coprocess.YieldAsync());
                Assert.Same(middle, error.Scope);
                Assert.True(inner.Token.IsCancellationRequested);
                Assert.True(inner.IsCanceled);
            });
            shielded.Shield = false;
            Assert.True(middle.IsCanceled);
        })));
    });

    [Fact]
    public Task ADrainEndsEveryWorkerAtItsWorkOrAtTheEndOfTheGrace() => Shuffle.RunAsync(async time =>
    {
        var ends = new SortedDictionary<int, double>();
        var scope = new CancelScope();
        await scope.RunAsync(_ => Nursery.RunAsync(async nursery =>
        {
            for (var index = 1; index <= 4; index++)
            {
                var seconds = index;
                nursery.Spawn(async () =>
                {
                    try
                    {
                        while (await CancelScope.UntilDrainingAsync(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(0.25))))
                        {
                            await Coprocess.SleepAsync(TimeSpan.FromSeconds(seconds));
                        }
                    }
                    finally
                    {
                        ends[seconds] = time.Elapsed.TotalSeconds;
                    }
                });
            }

            await Coprocess.SleepAsync(TimeSpan.FromSeconds(0.5));
            scope.Drain(TimeSpan.FromSeconds(2));
        }));
        Assert.Equal([1.25, 2.25, 2.5, 2.5], ends.Values);
        Assert.Equal(CancelKind.GraceOver, scope.Kind);
    });

    [Fact]
    public Task OfManyWhoCancelOneIsTheFirst() => Shuffle.RunAsync(async _ =>
    {
        var firsts = new List<string>();
        var scope = new CancelScope();
        await scope.RunAsync(async _ =>
        {
            foreach (var name in (string[])["a", "b", "c"])
            {
                Coprocess.Spawn(() =>
                {
                    if (scope.Cancel(name)) firsts.Add(name);
                    return Task.CompletedTask;
                });
            }

            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        Assert.Equal(scope.Reason, Assert.Single(firsts));
        Assert.True(scope.CancelCaught);
    });

    [Fact]
    public Task EachWaitInACancelledScopeIsCancelledAgain() => Shuffle.RunAsync(async time =>
    {
        var cancels = 0;
        await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ =>
        {
            for (var attempt = 0; attempt < 10; attempt++)
            {
                try
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(10));
                }
                catch (ScopeCanceledException)
                {
                    cancels++;
                }
            }
        });
        Assert.Equal((10, TimeSpan.FromSeconds(1)), (cancels, time.Elapsed));
    });
}
