namespace Motet.Runtime.Testing.Tests;

public sealed class VirtualRunEndTests
{
    private static readonly VirtualTimeOptions Impatient = new() { DeadlockAfter = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task TheErrorOfTheBodyComesOutAsItIs()
        => await Assert.ThrowsAsync<FormatException>(() => VirtualTime.RunAsync(async _ =>
        {
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            throw new FormatException();
        }));

    [Fact]
    public async Task TheErrorOfAForgottenCoprocessComesOut()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => VirtualTime.RunAsync(async _ =>
        {
            Coprocess.Spawn(() => throw new FormatException("lost")).Detach();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        }));
        Assert.Equal("lost", error.Message);
    }

    [Fact]
    public async Task TheErrorOfATimerCallbackComesOut()
        => await Assert.ThrowsAsync<FormatException>(() => VirtualTime.RunAsync(async time =>
        {
            using var timer = time.TimeProvider.CreateTimer(_ => throw new FormatException(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(2));
        }));

    [Fact]
    public async Task SeveralErrorsComeOutTogether()
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => VirtualTime.RunAsync(async _ =>
        {
            Coprocess.Spawn(() => throw new FormatException()).Detach();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            throw new ArgumentException();
        }));
        Assert.Equal([typeof(ArgumentException), typeof(FormatException)], error.InnerExceptions.Select(inner => inner.GetType()));
    }

    [Fact]
    public async Task ADeadlockIsReportedWithThoseWhoWaitAndWhereTheyWereSpawned()
    {
        var cleaned = 0;
        var error = await Assert.ThrowsAsync<DeadlockException>(() => VirtualTime.RunAsync(
            async _ =>
            {
                var child = Coprocess.Spawn(
                    async () =>
                    {
                        try
                        {
                            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                        }
                        finally
                        {
                            cleaned++;
                        }
                    },
                    "the sleeper");
                await child.JoinAsync();
            },
            Impatient));
        Assert.Matches(@"body at .*VirtualRunEndTests\.cs:\d+, waiting", error.Message);
        Assert.Matches(@"the sleeper at .*VirtualRunEndTests\.cs:\d+, waiting", error.Message);
        Assert.Contains("there is no timer", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, cleaned);
    }

    [Fact]
    public async Task AClockThatNobodyMovesIsReported()
    {
        var error = await Assert.ThrowsAsync<DeadlockException>(() => VirtualTime.RunAsync(
            async _ => await Coprocess.SleepAsync(TimeSpan.FromSeconds(3)),
            new VirtualTimeOptions { AutoJump = false, DeadlockAfter = TimeSpan.FromMilliseconds(50) }));
        Assert.Contains("00:00:03 before the next timer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task AWaitForAnotherThreadIsNoDeadlock() => VirtualTime.RunAsync(
        async _ => await Task.Run(() => Thread.Sleep(20)),
        new VirtualTimeOptions { DeadlockAfter = TimeSpan.FromSeconds(8) });

    [Fact]
    public async Task ACoprocessThatIsLeftIsReportedAndEnded()
    {
        Coprocess? left = null;
        var error = await Assert.ThrowsAsync<CoprocessLeakException>(() => VirtualTime.RunAsync(_ =>
        {
            left = Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(1)), "the stray");
            left.Detach();
            return Task.CompletedTask;
        }));
        Assert.Matches(@"the stray at .*VirtualRunEndTests\.cs:\d+", error.Message);
        Assert.Equal(CoprocessState.Canceled, left!.State);
    }

    [Fact]
    public async Task ADetachedCoprocessThatEndsInTimeIsNoLeak()
    {
        Coprocess? detached = null;
        await VirtualTime.RunAsync(async _ =>
        {
            detached = Coprocess.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                await Coprocess.YieldAsync();
            });
            detached.Detach();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
        });
        Assert.Equal(CoprocessState.Completed, detached!.State);
    }

    [Fact]
    public async Task ALoopThatNeverEndsIsStopped()
    {
        var error = await Assert.ThrowsAsync<TimeoutException>(() => VirtualTime.RunAsync(
            _ =>
            {
                Coprocess.Spawn(
                    async () =>
                    {
                        while (true) await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                    },
                    "the heartbeat");
                return Task.CompletedTask;
            },
            new VirtualTimeOptions { TimeLimit = TimeSpan.FromMilliseconds(100) }));
        Assert.Contains("the heartbeat", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStepThatBlocksItsThreadIsNamed()
    {
        using var block = new ManualResetEventSlim();
        var error = await Assert.ThrowsAsync<TimeoutException>(() => VirtualTime.RunAsync(
            _ => Coprocess.Spawn(
                () =>
                {
                    block.Wait();
                    return Task.CompletedTask;
                },
                "the blocker").AsTask(),
            new VirtualTimeOptions { TimeLimit = TimeSpan.FromMilliseconds(50) }));
        block.Set();
        Assert.Contains("the blocker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHeldClockIsBoundByTheTimeLimit()
        => await Assert.ThrowsAsync<TimeoutException>(() => VirtualTime.RunAsync(
            async time =>
            {
                using var hold = time.Hold();
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            },
            new VirtualTimeOptions { TimeLimit = TimeSpan.FromMilliseconds(100) }));
}
