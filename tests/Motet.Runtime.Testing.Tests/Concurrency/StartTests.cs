namespace Motet.Runtime.Testing.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task ACancelThatRacesTheStartLeavesEitherAStartedChildOrNone()
    {
        var starts = new HashSet<bool>();
        await Shuffle.RunAsync(async time =>
        {
            var ranOn = false;
            await Nursery.RunAsync(async nursery =>
            {
                var isStarted = false;
                await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ =>
                {
                    Assert.Equal(7, await nursery.StartAsync<int>(async started =>
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                        started.Set(7);
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(5));
                        ranOn = true;
                    }));
                    isStarted = true;
                });
                Assert.Equal(isStarted ? 1 : 0, nursery.Count);
                starts.Add(isStarted);
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(6));
                Assert.Equal(isStarted, ranOn);
            });
        });
        Assert.Equal(2, starts.Count);
    }

    [Fact]
    public Task AnErrorBeforeTheStartIsTheCallersAndOneAfterItTheNurserys() => Shuffle.RunAsync(async _ =>
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(async nursery =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() => nursery.StartAsync(async _ =>
            {
                await Coprocess.YieldAsync();
                throw new ArgumentException();
            }));
            Assert.False(nursery.Scope.IsCanceled);
            await nursery.StartAsync(async started =>
            {
                started.Set();
                await Coprocess.YieldAsync();
                throw new FormatException();
            });
        }));
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
    });

    [Fact]
    public Task AChildThatEndsWithoutAStartIsAnError() => Shuffle.RunAsync(time => Nursery.RunAsync(async nursery =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => nursery.StartAsync(async _ => await Coprocess.YieldAsync()))));

    [Fact]
    public Task ACancelledCallerWhoseChildStartsTooLateIsCancelled() => Shuffle.RunAsync(time => Nursery.RunAsync(async nursery =>
    {
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), _ => nursery.StartAsync(async started =>
        {
            await CancelScope.ShieldAsync(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(2)));
            started.Set();
        })));
        Assert.Equal(0, nursery.Count);
    }));

    [Fact]
    public Task AStartedChildIsCancelledWithTheNurseryAndNotWithTheCaller() => Shuffle.RunAsync(async time =>
    {
        var end = TimeSpan.Zero;
        await Nursery.RunAsync(async nursery =>
        {
            await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ =>
            {
                await nursery.StartAsync(async started =>
                {
                    started.Set();
                    try
                    {
                        await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                    }
                    finally
                    {
                        end = time.Elapsed;
                    }
                });
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            });
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            nursery.Scope.Cancel();
        });
        Assert.Equal(TimeSpan.FromSeconds(2), end);
    });

    [Fact]
    public Task ANurseryGivesTheValueOfItsBody() => VirtualTime.RunAsync(async _ =>
        Assert.Equal("done", await Nursery.RunAsync(async nursery =>
        {
            await nursery.StartAsync(started =>
            {
                started.Set();
                return Task.CompletedTask;
            });
            return "done";
        })));
}
