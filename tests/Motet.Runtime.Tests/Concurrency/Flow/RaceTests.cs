namespace Motet.Runtime.Tests;

public sealed class RaceTests
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    [Theory, CombinatorialHomes]
    public Task TheFirstThatSucceedsWinsAndTheOthersHaveEnded(Home home) => home.RunAsync(async () =>
    {
        var ended = 0;
        async Task<int> LoseAsync()
        {
            try
            {
                await Coprocess.SleepAsync(Forever);
                return 1;
            }
            finally
            {
                await CancelScope.ShieldAsync(async () => await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5)));
                Interlocked.Increment(ref ended);
            }
        }

        var winner = await Flow.RaceAsync(LoseAsync, () => AfterAsync(1, 2), LoseAsync);
        Assert.Equal(2, winner);
        Assert.Equal(2, ended);
    });

    [Theory, CombinatorialHomes]
    public Task AFailureDoesNotWinWhileAnotherMaySucceed(Home home) => home.RunAsync(async () =>
        Assert.Equal(2, await Flow.RaceAsync(() => throw new FormatException(), () => AfterAsync(5, 2))));

    [Theory, CombinatorialHomes]
    public Task WhenAllFailTheirErrorsComeTogetherInTheOrderOfTheirEnds(Home home) => home.RunAsync(async () =>
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => Flow.RaceAsync(
            async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
                throw new FormatException();
            },
            Task<int> () => throw new ArgumentException()));
        Assert.Equal([typeof(ArgumentException), typeof(FormatException)], error.InnerExceptions.Select(inner => inner.GetType()));
    });

    [Theory, CombinatorialHomes]
    public Task ALoserThatSucceedsAllTheSameIsDisposedOf(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        async Task<object> LateAsync()
        {
            try
            {
                await Coprocess.SleepAsync(Forever);
            }
            catch (ScopeCanceledException)
            {
            }

            return things.Make();
        }

        var winner = await Flow.RaceAsync(LateAsync, async () =>
        {
            await Coprocess.YieldAsync();
            return (object)"first";
        });
        Assert.Equal("first", winner);
        Assert.Equal(1, things.Made);
        Assert.Equal(0, things.Open);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelAfterTheDecisionDoesNotLoseTheWinner(Home home) => home.RunAsync(async () =>
    {
        var scope = new CancelScope();
        var winner = 0;
        await scope.RunAsync(async _ => winner = await Flow.RaceAsync(
            () => Task.FromResult(1),
            async () =>
            {
                try
                {
                    await Coprocess.SleepAsync(Forever);
                }
                finally
                {
                    // The race is decided, and waits for this.
                    scope.Cancel();
                }

                return 2;
            }));
        Assert.Equal(1, winner);
        Assert.False(scope.CancelCaught);
    });

    [Theory, CombinatorialHomes]
    public Task NothingStartsInACancelledScope(Home home) => home.RunAsync(async () =>
    {
        var started = false;
        var scope = new CancelScope();
        scope.Cancel();
        Task<int> StartAsync()
        {
            started = true;
            return Task.FromResult(1);
        }

        await scope.RunAsync(async _ => await Flow.RaceAsync(StartAsync));
        Assert.True(scope.CancelCaught);
        var canceled = new CancellationToken(true);
        Assert.Equal(canceled, (await Assert.ThrowsAsync<OperationCanceledException>(() => Flow.RaceAsync([StartAsync], default, canceled))).CancellationToken);
        Assert.False(started);
    });

    [Theory, CombinatorialHomes]
    public Task ATokenCancelsTheRaceAndIsNamed(Home home) => home.RunAsync(async () =>
    {
        using var source = new CancellationTokenSource();
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => Flow.RaceAsync(
            [
                async () =>
                {
                    source.Cancel();
                    await Coprocess.SleepAsync(Forever);
                    return 1;
                },
            ],
            cancellationToken: source.Token));
        Assert.Equal(source.Token, error.CancellationToken);
    });

    [Fact]
    public void StaggeredOnesStartAfterTheDelayOrAtOnceWhenOneFails() => JumpingScheduler.Run(async scheduler =>
    {
        var starts = new List<double>();
        Func<Task<int>> Contender(double failsAfter) => async () =>
        {
            starts.Add(scheduler.Elapsed.TotalMilliseconds);
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(failsAfter));
            throw new FormatException();
        };

        await Assert.ThrowsAsync<AggregateException>(() => Flow.RaceAsync([Contender(1000), Contender(40), Contender(1000), Contender(1)], TimeSpan.FromMilliseconds(250)));
        // The second fails 40 ms after its start.
        Assert.Equal([0, 250, 290, 540], starts);
    });

    [Fact]
    public void AStaggeredOneDoesNotStartAfterTheDecision() => JumpingScheduler.Run(async scheduler =>
    {
        var started = false;
        Assert.Equal(1, await Flow.RaceAsync([() => AfterAsync(100, 1), () => { started = true; return AfterAsync(1, 2); }], TimeSpan.FromMilliseconds(250)));
        Assert.False(started);
        Assert.Equal(100, scheduler.Elapsed.TotalMilliseconds);
    });

    [Theory, CombinatorialHomes]
    public Task FirstAsyncGivesTheFirstSuccessesInTheOrderOfTheirEnds(Home home) => home.RunAsync(async () =>
    {
        var gates = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        var first = await Flow.FirstAsync(
            2,
            async () =>
            {
                await gates[0].Task;
                gates[1].SetResult();
                return 'a';
            },
            () => AfterAsync(60_000, 'b'),
            async () =>
            {
                await Coprocess.YieldAsync();
                gates[0].SetResult();
                return 'c';
            },
            Task<char> () => throw new FormatException());
        // On the pool 'a' may overtake 'c' at its end.
        if (home == Home.Loop) Assert.Equal(['c', 'a'], first);
        else Assert.Equal(['a', 'c'], first.Order());
    });

    [Theory, CombinatorialHomes]
    public Task FirstAsyncEndsWhenTooFewAreLeftAndDisposesOfWhatItHas(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        var error = await Assert.ThrowsAsync<AggregateException>(() => Flow.FirstAsync(
            2,
            async () =>
            {
                await Coprocess.YieldAsync();
                return things.Make();
            },
            async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
                throw new FormatException();
            },
            () => throw new ArgumentException()));
        Assert.Equal(2, error.InnerExceptions.Count);
        Assert.Equal(0, things.Open);
        Assert.Equal(1, things.Made);
    });

    [Theory, CombinatorialHomes]
    public Task WhenAnyCancelRestGivesWhatEndsFirstEitherWay(Home home) => home.RunAsync(async () =>
    {
        Assert.Equal(1, await Flow.WhenAnyCancelRestAsync(() => AfterAsync(1, 1), () => AfterAsync(60_000, 2)));
        await Assert.ThrowsAsync<FormatException>(() => Flow.WhenAnyCancelRestAsync(() => AfterAsync(60_000, 1), Task<int> () => throw new FormatException()));
        Assert.Equal(1, await Flow.WhenAnyCancelRestAsync(async () => await Coprocess.SleepAsync(Forever), async () => await Coprocess.YieldAsync()));
    });

    [Theory, CombinatorialHomes]
    public Task NoResourceIsLostOrGivenTwiceWhenCancelsRaceTheEnd(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        var won = 0;
        var canceled = 0;
        for (var round = 0; round < 2000; round++)
        {
            var scope = new CancelScope();
            using var go = new ManualResetEventSlim();
            var canceler = Task.Run(() =>
            {
                go.Wait();
                Thread.SpinWait((round * 7) % 1500);
                scope.Cancel();
            });
            async Task<Things.Thing> ConnectAsync()
            {
                go.Set();
                await Coprocess.YieldAsync();
                var thing = things.Make();
                await Task.Yield();
                return thing;
            }

            await scope.RunAsync(async _ =>
            {
                await using var winner = await Flow.RaceAsync(ConnectAsync, ConnectAsync, ConnectAsync);
                won++;
            });
            if (scope.CancelCaught) canceled++;
            await canceler;
        }

        Assert.Equal(0, things.Open);
        Assert.Equal(2000, won + canceled);
    });

    [Theory, CombinatorialHomes]
    public Task ThereMustBeAContender(Home home) => home.RunAsync(async () =>
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Flow.RaceAsync<int>());
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = Flow.FirstAsync(2, () => Task.FromResult(1)); });
    });

    private static async Task<T> AfterAsync<T>(double milliseconds, T value)
    {
        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(milliseconds));
        return value;
    }
}
