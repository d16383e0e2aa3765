namespace Motet.Runtime.Tests;

public sealed class PulseTests
{
    [Fact]
    public void EachPulseWakesAllWhoWaitAtMultiplesOfTheInterval() => JumpingScheduler.Run(scheduler => Nursery.RunAsync(async nursery =>
    {
        using var pulse = new Pulse(TimeSpan.FromSeconds(1));
        var woken = new List<(char, double)>();
        Func<Task> Waiter(char name, double pause) => async () =>
        {
            while (await pulse.WaitAsync())
            {
                woken.Add((name, scheduler.Elapsed.TotalSeconds));
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(pause));
            }
        };
        nursery.Spawn(Waiter('a', 0.1));
        nursery.Spawn(Waiter('b', 1.5));
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(4.2));
        pulse.Stop();
        Assert.Equal([('a', 1), ('b', 1), ('a', 2), ('a', 3), ('b', 3), ('a', 4)], woken);
        Assert.False(await pulse.WaitAsync());
    }));

    [Theory, CombinatorialHomes]
    public Task AWaitIsCancelledWithItsScopeAndTheOthersGoOn(Home home) => home.RunAsync(async () =>
    {
        using var pulse = new Pulse(TimeSpan.FromMilliseconds(30));
        var other = Coprocess.Spawn(async () => await pulse.WaitAsync());
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.Zero, async _ => await pulse.WaitAsync()));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await pulse.WaitAsync(new CancellationToken(true)));
        Assert.True(await other.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task WaitersOfAnotherLoopAreWokenAfterTheEndOfTheOneThatMadeIt(Home home) => home.RunAsync(async () =>
    {
        Pulse pulse = null!;
        await using (var loop = EventLoop.Start())
        {
            await loop.RunAsync(() =>
            {
                pulse = new Pulse(TimeSpan.FromMilliseconds(20));
                // Has the timer set from there.
                Coprocess.Spawn(async () => await pulse.WaitAsync());
                return Task.CompletedTask;
            });
        }

        Assert.True(await pulse.WaitAsync());
        pulse.Dispose();
    });
}
