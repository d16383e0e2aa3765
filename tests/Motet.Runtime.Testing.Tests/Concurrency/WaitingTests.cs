namespace Motet.Runtime.Testing.Tests;

/// <summary>Conditions and events whose notifications meet cancels.</summary>
public sealed class WaitingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ANotificationIsNotLostToAWaitThatIsCut()
    {
        var cut = 0;
        await Shuffle.RunAsync(async time =>
        {
            int items = 0, taken = 0;
            var condition = new AsyncCondition();
            async Task TakeAsync()
            {
                using var lease = await condition.Lock.AcquireAsync();
                try
                {
                    while (items == 0) await condition.WaitAsync();
                }
                catch (ScopeCanceledException)
                {
                    Assert.True(condition.Lock.IsHeldByCurrent);
                    throw;
                }

                Assert.True(condition.Lock.IsHeldByCurrent);
                items--;
                taken++;
            }

            await Nursery.RunAsync(async nursery =>
            {
                for (var index = 0; index < 4; index++)
                {
                    nursery.Spawn(async () =>
                    {
                        if (!await CancelScope.MoveOnAfterAsync(Second, _ => TakeAsync())) cut++;
                    });
                    nursery.Spawn(TakeAsync);
                }

                for (var index = 0; index < 4; index++)
                {
                    nursery.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(Second);
                        using var lease = await condition.Lock.AcquireAsync();
                        items++;
                        condition.Notify();
                    });
                }

                await Coprocess.SleepAsync(Second * 2);
                Assert.Equal((0, 4, false), (items, taken, condition.Lock.IsHeld));
                items = condition.Waiting;
                using var last = await condition.Lock.AcquireAsync();
                condition.NotifyAll();
            });
            Assert.Equal(0, items);
        });
        Assert.InRange(cut, 1, (200 * 4) - 1);
    }

    [Fact]
    public Task AConditionLetsThoseWhoWaitGoOnInTheirOrder() => Shuffle.RunAsync(async time =>
    {
        List<int> came = [], went = [];
        var condition = new AsyncCondition();
        await Nursery.RunAsync(async nursery =>
        {
            for (var index = 0; index < 6; index++)
            {
                var number = index;
                nursery.Spawn(() => CancelScope.MoveOnAfterAsync(number % 3 == 0 ? Second : Timeout.InfiniteTimeSpan, async _ =>
                {
                    using var lease = await condition.Lock.AcquireAsync();
                    came.Add(number);
                    await condition.WaitAsync();
                    went.Add(number);
                }));
            }

            await Coprocess.SleepAsync(Second);
            for (var index = 0; index < 6; index++)
            {
                using var lease = await condition.Lock.AcquireAsync();
                condition.Notify();
            }
        });
        Assert.Equal(came.Where(went.Contains), went);
        Assert.InRange(went.Count, 4, 6);
    });

    [Fact]
    public Task ANotificationInTheMiddleOfACancelGoesToWhoIsNotCancelled() => Shuffle.RunAsync(async time =>
    {
        var condition = new AsyncCondition();
        var scope = new CancelScope();
        // First in the scope: called when the wait there is claimed, and before the condition hears of it.
        scope.OnCancel(() => condition.Notify());
        int notified = 0, inScope = 0;
        async Task WaitAsync(Action count)
        {
            using var lease = await condition.Lock.AcquireAsync();
            await condition.WaitAsync();
            count();
        }

        await Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(() => scope.RunAsync(_ => WaitAsync(() => inScope++)));
            nursery.Spawn(() => WaitAsync(() => notified++));
            await time.WaitAllBlockedAsync();
            using var lease = await condition.Lock.AcquireAsync();
            scope.Cancel();
        });
        Assert.Equal((1, 0), (notified, inScope));
    });

    [Fact]
    public async Task AWaitForAnEventEndsWithItAlsoWhenItIsResetAtOnce()
    {
        int went = 0, cut = 0;
        await Shuffle.RunAsync(async time =>
        {
            var happened = new AsyncEvent();
            await Nursery.RunAsync(async nursery =>
            {
                for (var index = 0; index < 3; index++)
                {
                    nursery.Spawn(async () => await happened.WaitAsync());
                    nursery.Spawn(async () => _ = await CancelScope.MoveOnAfterAsync(Second, async _ => await happened.WaitAsync()) ? went++ : cut++);
                }

                await Coprocess.SleepAsync(Second);
                Assert.True(happened.Set());
                happened.Reset();
                Assert.Equal(0, happened.Waiting);
            });
        });
        Assert.True(went > 0 && cut > 0);
    }
}
