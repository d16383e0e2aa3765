namespace Motet.Runtime.Testing.Tests;

public sealed class NurseryTests
{
    [Fact]
    public Task EveryErrorThatIsThrownComesOutAndTheFirstIsFirst() => Shuffle.RunAsync(async time =>
    {
        var thrown = new List<int>();
        var ended = 0;
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 6; index++)
            {
                var number = index;
                nursery.Spawn(async () =>
                {
                    try
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(number / 2));
                        await Coprocess.YieldAsync();
                        thrown.Add(number);
                        throw new FormatException($"{number}");
                    }
                    catch (ScopeCanceledException) when (number % 2 == 0)
                    {
                        thrown.Add(number);
                        throw new FormatException($"{number}");
                    }
                    finally
                    {
                        ended++;
                    }
                });
            }

            return Task.CompletedTask;
        }));
        Assert.Equal(6, ended);
        Assert.Equal(thrown.Select(number => $"{number}"), error.InnerExceptions.Select(inner => inner.Message));
    });

    [Fact]
    public Task AFailureCancelsTheBodyAndEverythingElse() => Shuffle.RunAsync(async time =>
    {
        var canceled = 0;
        await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                throw new FormatException();
            });
            async Task WaitAsync()
            {
                try
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
                }
                catch (ScopeCanceledException exception) when (exception.Kind == CancelKind.Failed)
                {
                    canceled++;
                    throw;
                }
            }

            nursery.Spawn(WaitAsync);
            nursery.Spawn(() => Nursery.RunAsync(inner =>
            {
                inner.Spawn(WaitAsync);
                return Task.CompletedTask;
            }));
            await WaitAsync();
        }));
        Assert.Equal((3, TimeSpan.FromSeconds(1)), (canceled, time.Elapsed));
    });

    [Fact]
    public Task TheCancelOfAScopeAroundIsNoError() => Shuffle.RunAsync(async time =>
    {
        var ended = 0;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), _ => Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 5; index++)
            {
                nursery.Spawn(async () =>
                {
                    try
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
                    }
                    finally
                    {
                        ended++;
                    }
                });
            }

            return Task.CompletedTask;
        })));
        Assert.Equal((5, TimeSpan.FromSeconds(1)), (ended, time.Elapsed));
    });

    [Fact]
    public Task ASpawnThatRacesTheEndIsRunOrRefused() => Shuffle.RunAsync(async _ =>
    {
        int spawned = 0, refused = 0, ran = 0;
        await Nursery.RunAsync(async outer =>
        {
            var opened = new TaskCompletionSource<Nursery>();
            outer.Spawn(() => Nursery.RunAsync(async inner =>
            {
                opened.SetResult(inner);
                inner.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(1)));
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            }));
            var nursery = await opened.Task;
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            for (var index = 0; index < 3; index++)
            {
                try
                {
                    nursery.Spawn(async () =>
                    {
                        await Coprocess.YieldAsync();
                        ran++;
                    });
                    spawned++;
                }
                catch (InvalidOperationException)
                {
                    refused++;
                }

                await Coprocess.YieldAsync();
            }
        });
        Assert.Equal(3, spawned + refused);
        Assert.Equal(spawned, ran);
    });

    [Fact]
    public Task TenThousandThatAreCancelledMidWaitLeaveNoneBehind() => VirtualTime.RunAsync(async time =>
    {
        await new CancelScope().RunAsync(scope => Nursery.RunAsync(async nursery =>
        {
            for (var index = 0; index < 10_000; index++) nursery.Spawn(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan));
            await time.WaitAllBlockedAsync();
            Assert.Equal(10_000, nursery.Count);
            scope.Cancel();
        }));
        Assert.Empty(Coprocess.Current!.Children);
    });
}
