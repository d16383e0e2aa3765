namespace Motet.Runtime.Tests;

public sealed class ResourcePoolTests
{
    private readonly TestResources _resources = new();

    [Theory, CombinatorialHomes]
    public Task AResourceIsMadeWhenNeededAndUsedAgain(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool();
        Assert.Equal(0, _resources.Made);
        await using (var lease = await pool.AcquireAsync()) Assert.Equal(1, lease.Resource.Number);
        Assert.Equal(1, await pool.RunAsync(resource => Task.FromResult(resource.Number)));
        Assert.Equal(1, _resources.Made);
        Assert.Equal((1, 1, 0), (pool.GetStatistics().Size, pool.GetStatistics().Idle, pool.GetStatistics().InUse));
    });

    [Theory, CombinatorialHomes]
    public Task TheOneUsedLastIsUsedFirst(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool();
        var first = await pool.AcquireAsync();
        var second = await pool.AcquireAsync();
        await second.DisposeAsync();
        await first.DisposeAsync();
        await using var lease = await pool.AcquireAsync();
        Assert.Equal(1, lease.Resource.Number);
    });

    [Theory, CombinatorialHomes]
    public Task NoMoreThanTheLimitExistAndThoseWhoWaitAreServedInOrder(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 1);
        var lease = await pool.AcquireAsync();
        var second = pool.AcquireAsync().AsTask();
        var third = pool.AcquireAsync().AsTask();
        Assert.Equal(2, pool.GetStatistics().Waiting);
        await lease.DisposeAsync();
        await using (await second) Assert.False(third.IsCompleted);
        await using (await third) Assert.Equal(1, _resources.Made);
    });

    [Theory, CombinatorialHomes]
    public Task ALeaseGivesBackOnce(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool();
        var lease = await pool.AcquireAsync();
        var copy = lease;
        await lease.DisposeAsync();
        await copy.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => lease.Resource);
        await using var next = await pool.AcquireAsync();
        // The spent lease has no say about the resource's next use.
        copy.Discard();
        await lease.DisposeAsync();
        Assert.Equal((1, 0), (pool.GetStatistics().InUse, pool.GetStatistics().Idle));
        Assert.Equal(1, next.Resource.Number);
    });

    [Theory, CombinatorialHomes]
    public Task TwoReturnsBeforeTheOneWhoWaitsRunsLeaveNothingBehind(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 2);
        var first = await pool.AcquireAsync();
        var second = await pool.AcquireAsync();
        var wait = pool.AcquireAsync().AsTask();
        await first.DisposeAsync();
        await second.DisposeAsync();
        await using var lease = await wait;
        Assert.Equal((2, 1, 1), (pool.GetStatistics().Size, pool.GetStatistics().Idle, pool.GetStatistics().InUse));
    });

    [Theory, CombinatorialHomes]
    public Task PreheatMakesWhatIsMissingAndKeepsIt(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 4);
        await using var lease = await pool.AcquireAsync();
        await pool.PreheatAsync(3);
        Assert.Equal((3, 2, 1), (pool.GetStatistics().Size, pool.GetStatistics().Idle, pool.GetStatistics().InUse));
        await pool.PreheatAsync(3);
        Assert.Equal(3, _resources.Made);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pool.PreheatAsync(5));
    });

    [Theory, CombinatorialHomes]
    public Task AFailedPreheatTakesNoPlace(Home home) => home.RunAsync(async () =>
    {
        var fails = true;
        await using var pool = MakePool(limit: 2, create: _ => fails ? throw new IOException("refused") : Task.FromResult(_resources.Make()));
        var exception = await Assert.ThrowsAsync<AggregateException>(() => pool.PreheatAsync(2));
        Assert.All(exception.InnerExceptions, inner => Assert.IsType<IOException>(inner));
        fails = false;
        await pool.PreheatAsync(2);
        Assert.Equal(2, pool.GetStatistics().Idle);
    });

    [Theory, CombinatorialHomes]
    public Task ACreationThatFailsGivesItsErrorToItsOwnerAndItsPlaceToTheNext(Home home) => home.RunAsync(async () =>
    {
        var refused = new TaskCompletionSource<TestResource>();
        var tries = 0;
        await using var pool = MakePool(limit: 1, create: _ => ++tries == 1 ? refused.Task : Task.FromResult(_resources.Make()));
        var first = pool.AcquireAsync().AsTask();
        var second = pool.AcquireAsync().AsTask();
        Assert.False(second.IsCompleted);
        refused.SetException(new IOException("refused"));
        await Assert.ThrowsAsync<IOException>(() => first);
        await using var lease = await second;
        Assert.Equal((1, 1), (lease.Resource.Number, (int)pool.GetStatistics().CreateErrors));
    });

    [Theory, CombinatorialHomes]
    public Task ASlowCreationHoldsUpNobodyElse(Home home) => home.RunAsync(async () =>
    {
        var slow = new TaskCompletionSource<TestResource>();
        var tries = 0;
        await using var pool = MakePool(limit: 2, create: _ => ++tries == 1 ? slow.Task : Task.FromResult(_resources.Make()));
        var first = pool.AcquireAsync().AsTask();
        await using (await pool.AcquireAsync()) Assert.False(first.IsCompleted);
        slow.SetResult(_resources.Make());
        await using (await first) Assert.Equal(1, pool.GetStatistics().InUse);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelledCreationLeavesItsPlace(Home home) => home.RunAsync(async () =>
    {
        var waits = true;
        await using var pool = MakePool(limit: 1, create: async token =>
        {
            if (waits) await Task.Delay(Timeout.Infinite, token);
            return _resources.Make();
        });
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await pool.AcquireAsync()));
        using var source = new CancellationTokenSource();
        var acquisition = pool.AcquireAsync(source.Token);
        source.Cancel();
        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await acquisition);
        Assert.Equal(source.Token, canceled.CancellationToken);
        waits = false;
        await using var lease = await pool.AcquireAsync();
    });

    [Theory, CombinatorialHomes]
    public Task AResourceMadeInSpiteOfTheCancelIsNotLost(Home home) => home.RunAsync(async () =>
    {
        var deaf = new TaskCompletionSource<TestResource>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = MakePool(limit: 1, create: _ => deaf.Task);
        using var source = new CancellationTokenSource();
        var acquisition = pool.AcquireAsync(source.Token).AsTask();
        source.Cancel();
        deaf.SetResult(_resources.Make());
        await using (await acquisition) Assert.Equal(1, pool.GetStatistics().InUse);
        Assert.Equal(1, pool.GetStatistics().Idle);
    });

    [Theory, CombinatorialHomes]
    public Task TheAcquireDeadlineSaysHowThePoolWas(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        await using var pool = new ResourcePool<TestResource>(new() { Create = _resources.MakeAsync, Limit = 1, AcquireTimeout = TimeSpan.FromMilliseconds(10), Name = "database" });
        await using var lease = await pool.AcquireAsync();
        var exception = await Assert.ThrowsAsync<ResourcePoolTimeoutException>(async () => await pool.AcquireAsync());
        Assert.StartsWith("No resource of the pool database was to be had within 0.01 s: limit 1, in use 1, idle 0, being made, checked or ended 0, waiting 0,", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("The coprocess that waited holds 1 of them itself.", exception.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), ((int)exception.Statistics.Timeouts, exception.Statistics.Waiting));
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task ADiscardedResourceIsEndedAndItsPlaceFree(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 1);
        TestResource broken;
        await using (var lease = await pool.AcquireAsync())
        {
            broken = lease.Resource;
            lease.Discard();
        }

        Assert.Equal(1, broken.Disposals);
        await using var next = await pool.AcquireAsync();
        Assert.Equal(2, next.Resource.Number);
        Assert.Equal(1, _resources.Peak);
    });

    [Theory, CombinatorialHomes]
    public Task ARunThatIsCancelledDiscardsAndOneThatFailsKeeps(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 1);
        await Assert.ThrowsAsync<FormatException>(() => pool.RunAsync(_ => throw new FormatException()));
        Assert.Equal(1, pool.GetStatistics().Idle);
        await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(1), _ => pool.RunAsync(async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
        Assert.Equal((0, 0, 1), (pool.GetStatistics().Idle, pool.GetStatistics().Size, (int)pool.GetStatistics().Discarded));
    });

    [Theory, CombinatorialHomes]
    public Task AnUnhealthyResourceIsReplaced(Home home) => home.RunAsync(async () =>
    {
        var errors = new List<Exception>();
        await using var pool = new ResourcePool<TestResource>(new()
        {
            Create = _resources.MakeAsync,
            IsHealthy = (resource, _) => resource.Number switch { 1 => new(false), 2 => throw new IOException("gone"), _ => new(true) },
            OnError = errors.Add,
        });
        await pool.PreheatAsync(2);
        await using (var lease = await pool.AcquireAsync()) Assert.Equal(3, lease.Resource.Number);
        await using (var lease = await pool.AcquireAsync()) Assert.Equal(3, lease.Resource.Number);
        Assert.Equal((1, 1), (_resources.Live, pool.GetStatistics().Size));
        Assert.IsType<IOException>(Assert.Single(errors));
    });

    [Theory, CombinatorialHomes]
    public Task TheResetRunsAlsoAfterACancelAndItsFailureDiscards(Home home) => home.RunAsync(async () =>
    {
        var resets = 0;
        await using var pool = new ResourcePool<TestResource>(new()
        {
            Create = _resources.MakeAsync,
            Limit = 1,
            Reset = async (_, _) =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                return ++resets == 1 ? true : throw new IOException("gone");
            },
        });
        var scope = new CancelScope();
        await scope.RunAsync(async () =>
        {
            await using var lease = await pool.AcquireAsync();
            scope.Cancel();
        });
        Assert.Equal((1, 1), (resets, pool.GetStatistics().Idle));
        await pool.RunAsync(_ => Task.CompletedTask);
        Assert.Equal((2, 0, 1), (resets, pool.GetStatistics().Idle, (int)pool.GetStatistics().HookErrors));
        Assert.Equal(0, _resources.Live);
    });

    [Theory, CombinatorialHomes]
    public Task WhatIsIdleForLongGoesButNotBelowTheMinimum(Home home) => home.RunAsync(async () =>
    {
        await using var pool = new ResourcePool<TestResource>(new() { Create = _resources.MakeAsync, MinIdle = 1, MaxIdle = TimeSpan.FromMilliseconds(20) });
        await pool.PreheatAsync(3);
        await Patience.UntilAsync(() => pool.GetStatistics().Size == 1);
        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(60));
        Assert.Equal((1, 1, 1), (pool.GetStatistics().Size, pool.GetStatistics().Idle, _resources.Live));
    });

    [Theory, CombinatorialHomes]
    public Task WhatIsOldGoesIdleOrWhenItComesBack(Home home) => home.RunAsync(async () =>
    {
        await using var pool = new ResourcePool<TestResource>(new() { Create = _resources.MakeAsync, MinIdle = 2, MaxAge = TimeSpan.FromMilliseconds(20) });
        await pool.PreheatAsync(2);
        await using (await pool.AcquireAsync())
        {
            await Patience.UntilAsync(() => pool.GetStatistics().Size == 1);
            Assert.Equal(1, _resources.Live);
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal((0, 0), (pool.GetStatistics().Size, _resources.Live));
    });

    [Theory, CombinatorialHomes]
    public Task TheLimitIsLive(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool(limit: 1);
        var first = await pool.AcquireAsync();
        var wait = pool.AcquireAsync().AsTask();
        pool.Limit = 3;
        var second = await wait;
        await using (await pool.AcquireAsync()) Assert.Equal(3, _resources.Live);
        pool.Limit = 1;
        await Patience.UntilAsync(() => _resources.Live == 2);
        await first.DisposeAsync();
        Assert.Equal(1, _resources.Live);
        await second.DisposeAsync();
        Assert.Equal((1, 1), (_resources.Live, pool.GetStatistics().Idle));
    });

    [Theory, CombinatorialHomes]
    public Task DisposalWaitsForLeasesAndRefusesOthers(Home home) => home.RunAsync(async () =>
    {
        var pool = MakePool(limit: 2);
        var lease = await pool.AcquireAsync();
        await pool.PreheatAsync(2);
        var second = await pool.AcquireAsync();
        var wait = pool.AcquireAsync().AsTask();
        await second.DisposeAsync();
        await using (await wait) await pool.PreheatAsync(2);
        var refused = pool.AcquireAsync();
        await using (await refused) wait = pool.AcquireAsync().AsTask();
        await using (await wait) wait = pool.AcquireAsync().AsTask();
        await (await wait).DisposeAsync();
        Assert.Equal((1, 1), (pool.GetStatistics().Idle, pool.GetStatistics().InUse));

        var third = await pool.AcquireAsync();
        wait = pool.AcquireAsync().AsTask();
        var disposal = pool.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.AcquireAsync());
        await third.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        await lease.DisposeAsync();
        await disposal;
        await pool.DisposeAsync();
        Assert.All(_resources.All, resource => Assert.Equal(1, resource.Disposals));
    });

    [Theory, CombinatorialHomes]
    public Task AResourceMadeDuringTheDisposalIsEnded(Home home) => home.RunAsync(async () =>
    {
        var made = new TaskCompletionSource<TestResource>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pool = MakePool(limit: 1, create: _ => made.Task);
        var acquisition = pool.AcquireAsync().AsTask();
        var disposal = pool.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        made.SetResult(_resources.Make());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => acquisition);
        await disposal;
        Assert.Equal(0, _resources.Live);
    });

    [Theory, CombinatorialHomes]
    public Task ResourcesAreNeitherLostNorSharedWhenCancelsRaceHandOvers(Home home) => home.RunAsync(async () =>
    {
        var pool = new ResourcePool<TestResource>(new()
        {
            Limit = 2,
            Create = async token =>
            {
                if (Random.Shared.Next(2) == 0) await Coprocess.YieldAsync();
                if (Random.Shared.Next(8) == 0) throw new IOException("refused");
                return _resources.Make();
            },
            IsHealthy = (_, _) => new(Random.Shared.Next(8) != 0),
        });
        await Storm.RunAsync(8, 1000, async (worker, random) =>
        {
            if (worker == 0) pool.Limit = random.Next(1, 4);
            try
            {
                await using var lease = await pool.AcquireAsync();
                if (random.Next(16) == 0) lease.Discard();
                await lease.Resource.UseAsync(random);
            }
            catch (IOException)
            {
            }
        }).WaitAsync(TimeSpan.FromSeconds(25));
        await Patience.UntilAsync(() => pool.GetStatistics().Size == pool.GetStatistics().Idle);
        var statistics = pool.GetStatistics();
        Assert.Equal((0, 0, _resources.Live), (statistics.InUse, statistics.Waiting, statistics.Idle));
        Assert.InRange(_resources.Peak, 1, 3);
        await pool.DisposeAsync();
        Assert.All(_resources.All, resource => Assert.Equal(1, resource.Disposals));
        Assert.Equal(pool.GetStatistics().Created, pool.GetStatistics().Discarded);
    });

    [Theory, CombinatorialHomes]
    public Task AnAcquisitionOfAnIdleResourceAllocatesNothing(Home home) => home.RunAsync(async () =>
    {
        await using var pool = MakePool();
        await pool.PreheatAsync(1);
        Assert.Equal(0, AllocationMeter.Of(() => pool.AcquireAsync().Now().DisposeAsync().Now()));
    });

    private ResourcePool<TestResource> MakePool(int limit = 4, Func<CancellationToken, Task<TestResource>>? create = null)
        => new(new() { Create = create ?? _resources.MakeAsync, Limit = limit });
}
