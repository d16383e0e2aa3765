namespace Motet.Runtime.Tests;

public sealed class CapacityLimiterTests
{
    [Theory, CombinatorialHomes]
    public Task NoMoreThanTheTotalAreInside(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(3);
        var inside = 0;
        var peak = 0;
        await Nursery.RunAsync(nursery =>
        {
            for (var worker = 0; worker < 20; worker++)
            {
                nursery.Spawn(() => limiter.RunAsync(async () =>
                {
                    var now = Interlocked.Increment(ref inside);
                    InterlockedMax(ref peak, now);
                    await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(2));
                    Interlocked.Decrement(ref inside);
                }));
            }

            return Task.CompletedTask;
        });
        Assert.Equal(3, peak);
        Assert.Equal(new CapacityLimiterStatistics(3, 0, 0, 3, 20, limiter.GetStatistics().Waited), limiter.GetStatistics());
    });

    [Fact]
    public void ThoseWhoWaitGoOnInTheirOrder()
    {
        var limiter = new CapacityLimiter(1);
        var lease = limiter.AcquireAsync("a").Now();
        var second = limiter.AcquireAsync("b");
        var third = limiter.AcquireAsync("c");
        Assert.False(second.IsCompleted);
        Assert.Equal(2, limiter.Waiting);
        Assert.False(limiter.TryAcquire("d", out _));
        lease.Dispose();
        Assert.False(third.IsCompleted);
        Assert.Equal(new object?[] { "b" }, limiter.Borrowers);
        second.Now().Dispose();
        third.Now().Dispose();
        Assert.Equal(0, limiter.Borrowed);
    }

    [Fact]
    public void ALeaseGivesItsTokenBackOnce()
    {
        var limiter = new CapacityLimiter(2);
        var first = limiter.AcquireAsync().Now();
        var second = limiter.AcquireAsync().Now();
        var copy = first;
        first.Dispose();
        copy.Dispose();
        Assert.Equal(1, limiter.Borrowed);
        // The same token in its next use is not the first one's any more.
        var third = limiter.AcquireAsync().Now();
        first.Dispose();
        Assert.Equal(2, limiter.Borrowed);
        default(CapacityLease).Dispose();
        second.Dispose();
        third.Dispose();
        Assert.Equal(0, limiter.Borrowed);
    }

    [Theory, CombinatorialHomes]
    public Task ABorrowerHasOneToken(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(2);
        await Coprocess.Spawn(async () =>
        {
            using (await limiter.AcquireAsync())
            {
                Assert.Equal(new object?[] { Coprocess.Current }, limiter.Borrowers);
                await Assert.ThrowsAsync<InvalidOperationException>(async () => await limiter.AcquireAsync());
                Assert.Throws<InvalidOperationException>(() => limiter.TryAcquire(out _));
                using (await limiter.AcquireAsync("another")) Assert.Equal(2, limiter.Borrowed);
            }

            using (await limiter.AcquireAsync()) Assert.Equal(1, limiter.Borrowed);
        }).JoinAsync();
    });

    [Fact]
    public void ABorrowerWaitsOnce()
    {
        var limiter = new CapacityLimiter(0);
        using var source = new CancellationTokenSource();
        var wait = limiter.AcquireAsync("a", source.Token);
        Assert.Throws<InvalidOperationException>(() => limiter.AcquireAsync("a").Now());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => wait.Now());
        var again = limiter.AcquireAsync("a");
        limiter.Total = 1;
        again.Now().Dispose();
    }

    [Fact]
    public void AHigherTotalLetsThoseInWhoWait()
    {
        var limiter = new CapacityLimiter(0);
        ValueTask<CapacityLease>[] waits = [limiter.AcquireAsync(), limiter.AcquireAsync(), limiter.AcquireAsync()];
        limiter.Total = 2;
        Assert.Equal(new[] { true, true, false }, waits.Select(wait => wait.IsCompleted));
        Assert.Equal(0, limiter.Available);
        limiter.Total = CapacityLimiter.Infinite;
        Assert.Equal(CapacityLimiter.Infinite, limiter.Available);
        foreach (var wait in waits) wait.Now().Dispose();
        Assert.Equal(0, limiter.Borrowed);
    }

    [Fact]
    public void ALowerTotalWaitsForTheTokensThatAreOut()
    {
        var limiter = new CapacityLimiter(3);
        CapacityLease[] leases = [limiter.AcquireAsync().Now(), limiter.AcquireAsync().Now(), limiter.AcquireAsync().Now()];
        limiter.Total = 1;
        var wait = limiter.AcquireAsync();
        leases[0].Dispose();
        leases[1].Dispose();
        Assert.False(wait.IsCompleted);
        Assert.Equal(0, limiter.Available);
        leases[2].Dispose();
        wait.Now().Dispose();
    }

    [Theory, CombinatorialHomes]
    public Task ACancelledScopeGetsNoTokenEvenIfThereIsOne(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(1);
        var scope = new CancelScope();
        scope.Cancel();
        Assert.False(await scope.RunAsync(async _ => await limiter.AcquireAsync()));
        Assert.Equal(0, limiter.Borrowed);
    });

    [Theory, CombinatorialHomes]
    public Task TokensAreNeitherLostNorDoubledWhenCancelsRaceHandOvers(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(2);
        var inside = 0;
        await Storm.RunAsync(8, 2000, async (worker, random) =>
        {
            if (worker == 0) limiter.Total = random.Next(1, 4);
            using var lease = await limiter.AcquireAsync();
            Assert.InRange(Interlocked.Increment(ref inside), 1, 3);
            try
            {
                if (random.Next(2) == 0) await Coprocess.YieldAsync();
            }
            finally
            {
                Interlocked.Decrement(ref inside);
            }
        }).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((0, 0, 0), (limiter.Borrowed, limiter.Waiting, limiter.Borrowers.Count));
        limiter.Total = 3;
        for (var token = 0; token < 3; token++) limiter.AcquireAsync().Now();
        Assert.False(limiter.TryAcquire(out _));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void RandomUseAgreesWithAModel(int seed)
    {
        var random = new Random(seed);
        var total = random.Next(4);
        var limiter = new CapacityLimiter(total);
        var held = new List<(int Borrower, CapacityLease Lease)>();
        var waiting = new List<(int Borrower, ValueTask<CapacityLease> Task, CancellationTokenSource Source)>();
        for (var step = 0; step < 200; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var source = new CancellationTokenSource();
                    var task = limiter.AcquireAsync((object)step, source.Token);
                    var goesIn = held.Count < total;
                    Assert.Equal(goesIn, task.IsCompleted);
                    if (goesIn) held.Add((step, task.Now()));
                    else waiting.Add((step, task, source));
                    break;
                case 2 when held.Count > 0:
                    var index = random.Next(held.Count);
                    held[index].Lease.Dispose();
                    held.RemoveAt(index);
                    break;
                case 3 when waiting.Count > 0:
                    var canceled = waiting[random.Next(waiting.Count)];
                    canceled.Source.Cancel();
                    Assert.Throws<OperationCanceledException>(() => canceled.Task.Now());
                    waiting.Remove(canceled);
                    break;
                case 4:
                    limiter.Total = total = random.Next(5);
                    break;
            }

            while (held.Count < total && waiting.Count > 0)
            {
                held.Add((waiting[0].Borrower, waiting[0].Task.Now()));
                waiting.RemoveAt(0);
            }

            Assert.DoesNotContain(waiting, wait => wait.Task.IsCompleted);
            Assert.Equal((held.Count, waiting.Count), (limiter.Borrowed, limiter.Waiting));
            Assert.Equal(held.Select(one => (object?)one.Borrower), limiter.Borrowers);
        }
    }

    [Theory, CombinatorialHomes]
    public Task AnAcquisitionWithoutAWaitAllocatesNothing(Home home) => home.RunAsync(() => Coprocess.Spawn(() =>
    {
        var limiter = new CapacityLimiter(1);
        Assert.Equal(0, AllocationMeter.Of(() => limiter.AcquireAsync().Now().Dispose()));
        return Task.CompletedTask;
    }).AsTask());

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 200)];

    private static void InterlockedMax(ref int peak, int value)
    {
        for (var seen = peak; seen < value; seen = peak) Interlocked.CompareExchange(ref peak, value, seen);
    }
}
