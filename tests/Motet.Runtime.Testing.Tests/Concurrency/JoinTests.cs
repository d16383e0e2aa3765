namespace Motet.Runtime.Testing.Tests;

public sealed class JoinTests
{
    [Fact]
    public async Task AnErrorGoesToTheJoinerOrToTheNurseryAndIsNeverLost()
    {
        var places = new HashSet<string>();
        await Shuffle.RunAsync(async time =>
        {
            var seen = new List<string>();
            try
            {
                await Nursery.RunAsync(async nursery =>
                {
                    var child = nursery.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                        throw new FormatException();
                    });
                    try
                    {
                        if (!await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ => await child.JoinAsync())) seen.Add("cut");
                    }
                    catch (FormatException)
                    {
                        seen.Add("joiner");
                    }
                });
            }
            catch (AggregateException exception) when (exception.InnerExceptions is [FormatException])
            {
                seen.Add("nursery");
            }

            Assert.Single(seen, place => place != "cut");
            places.UnionWith(seen);
        });
        Assert.Equal(["cut", "joiner", "nursery"], places.Order(StringComparer.Ordinal));
    }

    [Fact]
    public Task EachOfManyJoinersGetsTheValueOrItsOwnCancel() => Shuffle.RunAsync(async time =>
    {
        int values = 0, cuts = 0;
        await Nursery.RunAsync(nursery =>
        {
            var child = nursery.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                return 5;
            });
            for (var index = 0; index < 5; index++)
            {
                nursery.Spawn(async () =>
                {
                    var value = await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ => await child.JoinAsync(), -1);
                    if (value == 5) values++;
                    else if (value == -1) cuts++;
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal(5, values + cuts);
    });

    [Fact]
    public Task AnInterruptThatRacesTheEndGivesOneOfTheTwoValues() => Shuffle.RunAsync(async time =>
    {
        var ranToItsEnd = false;
        var child = Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            ranToItsEnd = true;
            return 1;
        });
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        child.Interrupt(2);
        var value = await child.JoinAsync();
        Assert.Equal(ranToItsEnd ? 1 : 2, value);
        Assert.Equal(ranToItsEnd ? CoprocessState.Completed : CoprocessState.Interrupted, child.State);
    });

    [Fact]
    public Task ARestartThatRacesTheEndRunsTheBodyTwice() => Shuffle.RunAsync(async time =>
    {
        int begun = 0, ended = 0;
        var child = Coprocess.Spawn(async () =>
        {
            begun++;
            try
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            }
            finally
            {
                ended++;
            }
        });
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        await child.Restart().JoinAsync();
        Assert.Equal((2, 2, TimeSpan.FromSeconds(2)), (begun, ended, time.Elapsed));
    });

    [Fact]
    public Task ACancelThatRacesTheEndIsAnErrorOrNothing() => Shuffle.RunAsync(async _ =>
    {
        var ranToItsEnd = false;
        var child = Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            ranToItsEnd = true;
        });
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        child.Cancel("enough");
        await child.WaitForEndAsync();
        if (ranToItsEnd) await child.JoinAsync();
        else Assert.Equal("enough", (await Assert.ThrowsAsync<CoprocessCanceledException>(async () => await child.JoinAsync())).Reason);
    });

    [Fact]
    public Task ACancelThatIsNotOfAScopeIsAnErrorLikeAnyOther() => Shuffle.RunAsync(async _ =>
    {
        var foreign = new OperationCanceledException("A time-out of its own.");
        var child = Coprocess.Spawn(async () =>
        {
            await Coprocess.YieldAsync();
            throw foreign;
        });
        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(async () => await child.JoinAsync()));
    });

    [Fact]
    public async Task TwoThatJoinEachOtherAreReported()
    {
        var error = await Assert.ThrowsAsync<DeadlockException>(() => VirtualTime.RunAsync(
            async time =>
            {
                Coprocess? second = null;
                var first = Coprocess.Spawn(async () => await second!.JoinAsync(), "first");
                second = Coprocess.Spawn(async () => await first.JoinAsync(), "second");
                await first.JoinAsync();
            },
            new VirtualTimeOptions { DeadlockAfter = TimeSpan.FromMilliseconds(50) }));
        Assert.Contains("first at", error.Message, StringComparison.Ordinal);
        Assert.Contains("second at", error.Message, StringComparison.Ordinal);
    }
}
