namespace Motet.Runtime.Testing.Tests;

/// <summary>Locks, semaphores, limiters and pools in every order: nobody is lost, nobody doubled, nobody overtakes.</summary>
public sealed class TurnstileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task ALimiterLosesNoPlace(int places) => CheckAsync(places, (_, _) =>
    {
        var limiter = new CapacityLimiter(places);
        return (Enter(limiter), () => Assert.Equal((0, 0, 0), (limiter.Borrowed, limiter.Waiting, limiter.Borrowers.Count)), null);
    });

    [Fact]
    public Task ALimiterWhoseTotalChangesLosesNoPlace() => CheckAsync(4, (_, random) =>
    {
        var limiter = new CapacityLimiter(2);
        return (Enter(limiter), () => Assert.Equal((0, 0, 0), (limiter.Borrowed, limiter.Waiting, limiter.Borrowers.Count)), () => limiter.Total = random.Next(1, 5));
    });

    [Fact]
    public Task ALockLosesNobody() => CheckAsync(1, (_, _) =>
    {
        var gate = new AsyncLock();
        return (Enter(gate), () => Assert.Equal((false, 0), (gate.IsHeld, gate.Waiting)), null);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task ASemaphoreLosesNoUnit(int places) => CheckAsync(places, (_, _) =>
    {
        var semaphore = new AsyncSemaphore(places, places);
        return (Enter(semaphore), () => Assert.Equal((places, 0), (semaphore.Count, semaphore.Waiting)), null);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task APoolLosesNoResourceAndEndsEachOnce(int places)
    {
        int made = 0, ended = 0;
        await CheckAsync(places, (_, random) =>
        {
            var live = new HashSet<object>();
            var pool = new ResourcePool<object>(new ResourcePoolOptions<object>
            {
                Limit = places,
                MaxAge = TimeSpan.FromSeconds(5),
                Create = async token =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromSeconds(random.Next(2)), token);
                    var resource = new object();
                    Assert.True(live.Add(resource));
                    Assert.InRange(live.Count, 1, places);
                    made++;
                    return resource;
                },
                IsHealthy = async (_, _) =>
                {
                    if (random.Next(2) == 0) await Coprocess.SleepAsync(TimeSpan.FromSeconds(random.Next(2)));
                    return random.Next(4) > 0;
                },
                Reset = async (_, _) =>
                {
                    await Coprocess.YieldAsync();
                    return random.Next(4) > 0;
                },
                Destroy = async (resource, _) =>
                {
                    await Coprocess.YieldAsync();
                    Assert.True(live.Remove(resource));
                    ended++;
                },
            });
            return (
                Enter(pool, random),
                async () =>
                {
                    var (inUse, waiting) = (pool.GetStatistics().InUse, pool.GetStatistics().Waiting);
                    await pool.DisposeAsync();
                    Assert.Equal((0, 0, 0), (inUse, waiting, pool.GetStatistics().Size));
                    Assert.Empty(live);
                },
                null);
        });
        Assert.True(made > 0);
        Assert.Equal(made, ended);
    }

    [Fact]
    public Task APlaceThatBecomesFreeInTheMiddleOfACancelGoesToWhoIsNotCancelled() => Shuffle.RunAsync(async time =>
    {
        await new Turnstile(1, Enter(new CapacityLimiter(1))).LeaveInTheMiddleOfACancelAsync(time);
        await new Turnstile(1, Enter(new AsyncLock())).LeaveInTheMiddleOfACancelAsync(time);
        await new Turnstile(1, Enter(new AsyncSemaphore(1))).LeaveInTheMiddleOfACancelAsync(time);
        var (sender, receiver) = MessageChannel.Create<int>(1);
        await new Turnstile(1, Enter(sender, receiver)).LeaveInTheMiddleOfACancelAsync(time);
    });

    private static async Task CheckAsync(int places, Func<VirtualTime, Random, (Func<Task<Func<ValueTask>>> Enter, Delegate Check, Action? Disturb)> make)
    {
        int entered = 0, cut = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var (enter, check, disturb) = make(time, random);
            var turnstile = new Turnstile(places, enter);
            await turnstile.RunAsync(random, disturb);
            if (check is Func<Task> checkAsync) await checkAsync();
            else ((Action)check)();
            entered += turnstile.Entered;
            cut += turnstile.Cut;
        });
        Assert.True(entered > 0 && cut > 0);
    }

    private static Func<Task<Func<ValueTask>>> Enter(CapacityLimiter limiter) => async () =>
    {
        var lease = await limiter.AcquireAsync(new object());
        return () => Done(lease.Dispose);
    };

    private static Func<Task<Func<ValueTask>>> Enter(AsyncLock gate) => async () =>
    {
        var lease = await gate.AcquireAsync();
        Assert.True(gate.IsHeldByCurrent);
        return () => Done(lease.Dispose);
    };

    private static Func<Task<Func<ValueTask>>> Enter(AsyncSemaphore semaphore) => async () =>
    {
        await semaphore.AcquireAsync();
        return () => Done(semaphore.Release);
    };

    private static Func<Task<Func<ValueTask>>> Enter(ResourcePool<object> pool, Random random) => async () =>
    {
        var lease = await pool.AcquireAsync();
        if (random.Next(6) == 0) lease.Discard();
        return lease.DisposeAsync;
    };

    // To send is to take a place in the channel, to receive gives it back.
    private static Func<Task<Func<ValueTask>>> Enter(ChannelSender<int> sender, ChannelReceiver<int> receiver) => async () =>
    {
        await sender.SendAsync(1);
        return () => Done(() => Assert.True(receiver.TryReceive(out _)));
    };

    private static ValueTask Done(Action action)
    {
        action();
        return default;
    }
}
