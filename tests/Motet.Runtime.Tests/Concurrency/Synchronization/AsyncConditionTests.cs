namespace Motet.Runtime.Tests;

public sealed class AsyncConditionTests
{
    [Theory, CombinatorialHomes]
    public Task AWaitGoesOutOfTheLockAndInAgain(Home home) => home.RunAsync(async () =>
    {
        var condition = new AsyncCondition();
        var isReady = false;
        var waiter = Coprocess.Spawn(async () =>
        {
            using var lease = await condition.Lock.AcquireAsync();
            while (!isReady) await condition.WaitAsync();
            Assert.True(condition.Lock.IsHeldByCurrent);
        });
        await Patience.UntilAsync(() => condition.Waiting == 1);
        using (await condition.Lock.AcquireAsync())
        {
            isReady = true;
            condition.Notify();
            await Coprocess.YieldAsync();
            Assert.False(waiter.IsCompleted);
        }

        await waiter.JoinAsync();
        Assert.False(condition.Lock.IsHeld);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelledWaitIsInsideAgainBeforeItThrows(Home home) => home.RunAsync(async () =>
    {
        var condition = new AsyncCondition();
        var scope = new CancelScope();
        var wasInside = false;
        var waiter = Coprocess.Spawn(() => scope.RunAsync(async () =>
        {
            using var lease = await condition.Lock.AcquireAsync();
            try
            {
                await condition.WaitAsync();
            }
            finally
            {
                wasInside = condition.Lock.IsHeldByCurrent;
            }
        }));
        await Patience.UntilAsync(() => condition.Waiting == 1);
        using (await condition.Lock.AcquireAsync())
        {
            scope.Cancel();
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
            Assert.False(waiter.IsCompleted);
        }

        await waiter.JoinAsync();
        Assert.Equal((true, true, false), (scope.CancelCaught, wasInside, condition.Lock.IsHeld));
    });

    [Theory, CombinatorialHomes]
    public Task NotifyWakesAsManyAsItSaysInTheirOrder(Home home) => home.RunAsync(async () =>
    {
        var condition = new AsyncCondition();
        var woken = new List<int>();
        await Nursery.RunAsync(async nursery =>
        {
            for (var number = 0; number < 5; number++)
            {
                var own = number;
                nursery.Spawn(async () =>
                {
                    using var lease = await condition.Lock.AcquireAsync();
                    await condition.WaitAsync();
                    woken.Add(own);
                });
                await Patience.UntilAsync(() => condition.Waiting == own + 1);
            }

            using (await condition.Lock.AcquireAsync()) condition.Notify(2);
            await Patience.UntilAsync(() => woken.Count == 2);
            Assert.Equal(3, condition.Waiting);
            using (await condition.Lock.AcquireAsync()) condition.NotifyAll();
        });
        Assert.Equal([0, 1, 2, 3, 4], woken);
    });

    [Theory, CombinatorialHomes]
    public Task ItIsForTheOwnerOfTheLock(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var condition = new AsyncCondition();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await condition.WaitAsync());
        Assert.Throws<InvalidOperationException>(condition.NotifyAll);
        using var lease = await condition.Lock.AcquireAsync();
        await Coprocess.Spawn(() =>
        {
            Assert.Throws<InvalidOperationException>(() => condition.Notify());
            return Task.CompletedTask;
        }).JoinAsync();
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task ItemsAreNeitherLostNorDoubledWhenCancelsRaceNotifications(Home home) => home.RunAsync(async () =>
    {
        // A queue of two, with a condition for each side: the classic, under cancels. A lost notification would leave it standing still.
        var gate = new AsyncLock();
        var notEmpty = new AsyncCondition(gate);
        var notFull = new AsyncCondition(gate);
        var count = 0;
        var put = 0;
        var taken = 0;
        await Storm.RunAsync(8, 1000, async (worker, _) =>
        {
            await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async _ =>
            {
                using var lease = await gate.AcquireAsync();
                if (worker % 2 == 0)
                {
                    while (count == 2) await notFull.WaitAsync();
                    count++;
                    put++;
                    notEmpty.Notify();
                }
                else
                {
                    while (count == 0) await notEmpty.WaitAsync();
                    count--;
                    taken++;
                    notFull.Notify();
                }
            });
        }).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(put, taken + count);
        Assert.NotEqual(0, taken);
        Assert.Equal((false, 0, 0), (gate.IsHeld, notEmpty.Waiting, notFull.Waiting));
    });
}
