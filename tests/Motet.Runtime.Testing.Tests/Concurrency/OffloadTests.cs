namespace Motet.Runtime.Testing.Tests;

/// <summary>Work outside of the run: the clock stands until it is back.</summary>
public sealed class OffloadTests
{
    [Fact]
    public async Task OffloadedWorkTakesNoVirtualTime()
    {
        using var isBegun = new ManualResetEventSlim();
        await VirtualTime.RunAsync(async time =>
        {
            var order = new List<string>();
            var sleeper = Coprocess.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromHours(1));
                order.Add("sleeper");
            });
            // Real time, in which the clock would long have jumped.
            var value = await Offload.RunAsync(() => isBegun.Wait(TimeSpan.FromMilliseconds(50)) ? 0 : 5);
            order.Add("work");
            Assert.Equal((5, TimeSpan.Zero), (value, time.Elapsed));
            await sleeper.JoinAsync();
            Assert.Equal(["work", "sleeper"], order);
            Assert.Equal(TimeSpan.FromHours(1), time.Elapsed);
        });
    }

    [Fact]
    public async Task AChildProcessTakesNoVirtualTime() => await VirtualTime.RunAsync(async time =>
    {
        var sleeper = Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromHours(1)));
        var result = await ChildProcess.RunAsync("sleep", ["0.05"]);
        Assert.Equal((0, TimeSpan.Zero), (result.ExitCode, time.Elapsed));
        await sleeper.JoinAsync();
        Assert.Equal(TimeSpan.FromHours(1), time.Elapsed);
    });

    [Fact]
    public async Task AbandonedWorkHoldsTheClockNoLonger()
    {
        using var isOver = new ManualResetEventSlim();
        await VirtualTime.RunAsync(async time =>
        {
            var scope = new CancelScope();
            var worker = Coprocess.Spawn(async () => Assert.False(await scope.RunAsync(_ => Offload.RunAsync(() => { isOver.Wait(Deadline.Limit); }, abandonOnCancel: true))));
            await Coprocess.YieldAsync();
            scope.Cancel();
            await worker.JoinAsync();
            await Coprocess.SleepAsync(TimeSpan.FromHours(1));
            Assert.Equal(TimeSpan.FromHours(1), time.Elapsed);
            Assert.False(isOver.IsSet);
        });
        isOver.Set();
    }

    [Fact]
    public Task OffloadedWorkAndCancelsInAnyOrderLeaveNoPlaceTaken() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var limiter = new CapacityLimiter(2);
        var done = 0;
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 4; index++)
            {
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(random.Next(2)));
                    if (await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(random.Next(2)), async _ => Assert.Equal(5, await Offload.RunAsync(() => 5, limiter: limiter)))) done++;
                });
            }

            return Task.CompletedTask;
        });
        Assert.InRange(done, 0, 4);
        Assert.Equal((0, 0), (limiter.Borrowed, limiter.Waiting));
    });
}
