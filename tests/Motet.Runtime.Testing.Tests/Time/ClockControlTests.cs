using System.Diagnostics;

namespace Motet.Runtime.Testing.Tests;

public sealed class ClockControlTests
{
    private static readonly VirtualTimeOptions ByHand = new() { AutoJump = false };

    [Fact]
    public Task AdvanceGoesThroughEveryTimerOnTheWay() => VirtualTime.RunAsync(
        async time =>
        {
            var moments = new List<double>();
            var options = new CoprocessOptions { IsTransient = true };
            Coprocess.Spawn(
                async () =>
                {
                    while (true)
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromSeconds(3));
                        moments.Add(time.Elapsed.TotalSeconds);
                    }
                },
                options: options);
            await time.AdvanceAsync(TimeSpan.FromSeconds(9));
            Assert.Equal([3, 6, 9], moments);
            Assert.Equal(TimeSpan.FromSeconds(9), time.Elapsed);
            await time.WaitAllBlockedAsync();
            Assert.Equal(TimeSpan.FromSeconds(9), time.Elapsed);
        },
        ByHand);

    [Fact]
    public Task ACancelledAdvanceLeavesTheClockWhereItIs() => VirtualTime.RunAsync(
        async time =>
        {
            await new CancelScope().RunAsync(async scope =>
            {
                Coprocess.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                    scope.Cancel();
                });
                await time.AdvanceAsync(TimeSpan.FromSeconds(10));
            });
            Assert.Equal(TimeSpan.FromSeconds(1), time.Elapsed);
            Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(1)), options: new CoprocessOptions { IsTransient = true });
            await time.WaitAllBlockedAsync();
            Assert.Equal(TimeSpan.FromSeconds(1), time.Elapsed);
        },
        ByHand);

    [Fact]
    public Task WaitAllBlockedReturnsWhenEverythingElseWaits() => Shuffle.RunAsync(async time =>
    {
        var turns = 0;
        Coprocess.Spawn(async () =>
        {
            for (; turns < 50; turns++) await Coprocess.YieldAsync();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            turns++;
        });
        await time.WaitAllBlockedAsync();
        Assert.Equal(50, turns);
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    });

    [Fact]
    public Task ManyMayWaitUntilAllElseIsBlocked() => VirtualTime.RunAsync(time => Nursery.RunAsync(nursery =>
    {
        for (var index = 0; index < 3; index++) nursery.Spawn(() => time.WaitAllBlockedAsync());
        return Task.CompletedTask;
    }));

    [Fact]
    public Task WaitAllBlockedIsCancelledWithItsScope() => VirtualTime.RunAsync(async time =>
    {
        using var hold = time.Hold();
        await new CancelScope().RunAsync(async scope =>
        {
            Coprocess.Spawn(() =>
            {
                scope.Cancel();
                return Task.CompletedTask;
            });
            await time.WaitAllBlockedAsync();
            Assert.Fail("Not reached.");
        });
    });

    [Fact]
    public Task TheClockWaitsWhileItIsHeld() => VirtualTime.RunAsync(async time =>
    {
        Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromSeconds(1)));
        using (time.Hold())
        {
            using (time.Hold()) await Task.Delay(20, CancellationToken.None);
            await Task.Run(() => Thread.Sleep(20));
            Assert.Equal(TimeSpan.Zero, time.Elapsed);
        }

        await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
    });

    [Fact]
    public Task TheClockJumpsOnlyAfterTheQuietTime() => VirtualTime.RunAsync(
        async time =>
        {
            var began = Stopwatch.GetTimestamp();
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(100) - Patience.TimerError, Patience.Limit);
        },
        new VirtualTimeOptions { Quiet = TimeSpan.FromMilliseconds(100) });

    [Fact]
    public Task WorkFromOtherThreadsComesIn() => VirtualTime.RunAsync(async time =>
    {
        var ran = new TaskCompletionSource();
        using var hold = time.Hold();
        await Task.Run(() => Coprocess.Spawn(() => { ran.SetResult(); return Task.CompletedTask; }, options: new CoprocessOptions { Scheduler = time.Scheduler }));
        await ran.Task;
    });
}
