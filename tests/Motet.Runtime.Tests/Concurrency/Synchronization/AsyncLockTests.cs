namespace Motet.Runtime.Tests;

public sealed class AsyncLockTests
{
    [Theory, CombinatorialHomes]
    public Task OneAtATimeIsInside(Home home) => home.RunAsync(async () =>
    {
        var gate = new AsyncLock();
        var value = 0;
        await Nursery.RunAsync(nursery =>
        {
            for (var worker = 0; worker < 10; worker++)
            {
                nursery.Spawn(async () =>
                {
                    for (var round = 0; round < 100; round++)
                    {
                        using (await gate.AcquireAsync())
                        {
                            var seen = value;
                            await Coprocess.YieldAsync();
                            value = seen + 1;
                        }
                    }
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal((1000, false), (value, gate.IsHeld));
    });

    [Fact]
    public void ThoseWhoWaitGoInInTheirOrder()
    {
        var gate = new AsyncLock();
        var first = gate.AcquireAsync().Now();
        var second = gate.AcquireAsync();
        var third = gate.AcquireAsync();
        Assert.False(gate.TryAcquire(out _));
        Assert.Equal(2, gate.Waiting);
        first.Dispose();
        first.Dispose();
        Assert.False(third.IsCompleted);
        second.Now().Dispose();
        first.Dispose();
        Assert.True(gate.IsHeld);
        third.Now().Dispose();
        Assert.False(gate.IsHeld);
    }

    [Theory, CombinatorialHomes]
    public Task EnteringItTwiceIsAnErrorAndNoDeadlock(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var gate = new AsyncLock();
        using (await gate.AcquireAsync())
        {
            Assert.Same(Coprocess.Current, gate.Owner);
            Assert.True(gate.IsHeldByCurrent);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await gate.AcquireAsync());
            Assert.Throws<InvalidOperationException>(() => gate.TryAcquire(out _));
        }

        Assert.Equal(3, await gate.RunAsync(() => Task.FromResult(3)));
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task OnlyItsOwnerGivesItBack(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var gate = new AsyncLock();
        using var lease = await gate.AcquireAsync();
        await Coprocess.Spawn(() =>
        {
            Assert.False(gate.IsHeldByCurrent);
            Assert.Throws<InvalidOperationException>(lease.Dispose);
            return Task.CompletedTask;
        }).JoinAsync();
        Assert.True(gate.IsHeld);
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task ItIsNeitherLostNorSharedWhenCancelsRaceHandOvers(Home home) => home.RunAsync(async () =>
    {
        var gate = new AsyncLock();
        var inside = 0;
        await Storm.RunAsync(8, 2000, async (_, random) =>
        {
            using var lease = await gate.AcquireAsync();
            Assert.Equal(1, Interlocked.Increment(ref inside));
            try
            {
                if (random.Next(2) == 0) await Coprocess.YieldAsync();
            }
            finally
            {
                Interlocked.Decrement(ref inside);
            }
        }).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((false, 0), (gate.IsHeld, gate.Waiting));
        gate.AcquireAsync().Now();
    });

    [Theory, CombinatorialHomes]
    public Task GoingInWithoutAWaitAllocatesNothing(Home home) => home.RunAsync(() => Coprocess.Spawn(() =>
    {
        var gate = new AsyncLock();
        Assert.Equal(0, AllocationMeter.Of(() => gate.AcquireAsync().Now().Dispose()));
        return Task.CompletedTask;
    }).AsTask());
}
