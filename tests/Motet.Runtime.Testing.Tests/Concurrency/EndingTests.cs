namespace Motet.Runtime.Testing.Tests;

/// <summary>Ends, restarts and moves that meet each other.</summary>
public sealed class EndingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ACancelEndsOneThatIsAboutToBeginAgain()
    {
        var runsSeen = new HashSet<int>();
        await Shuffle.RunAsync(async time =>
        {
            var runs = 0;
            var isOpen = new AsyncEvent();
            var child = Coprocess.Spawn(async () =>
            {
                runs++;
                try
                {
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    await CancelScope.ShieldAsync(async () => await isOpen.WaitAsync());
                }
            });
            await time.WaitAllBlockedAsync();
            child.Restart();
            Coprocess.Spawn(() => Task.FromResult(isOpen.Set()));
            await Coprocess.YieldAsync();
            Assert.True(child.Cancel("enough"));
            Assert.False(child.Cancel());
            Assert.False(child.Interrupt());
            Assert.Equal("enough", (await Assert.ThrowsAsync<CoprocessCanceledException>(async () => await child.JoinAsync())).Reason);
            Assert.Equal(CoprocessState.Failed, child.State);
            runsSeen.Add(runs);
        });
        // Before the first run has ended, and after the second has begun.
        Assert.Equal([1, 2], runsSeen.Order());
    }

    [Fact]
    public Task ACancelThatMeetsARestartAndTheEndOfTheBodyEndsIt() => Shuffle.RunAsync(async time =>
    {
        var child = Coprocess.Spawn(async () => await Coprocess.SleepAsync(Second));
        var isCanceled = false;
        Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(Second);
            child.Restart();
        });
        Coprocess.Spawn(async () =>
        {
            await Coprocess.SleepAsync(Second);
            isCanceled = child.Cancel("enough");
        });
        await child.WaitForEndAsync();
        if (child.State == CoprocessState.Completed) return;
        Assert.True(isCanceled);
        await Assert.ThrowsAsync<CoprocessCanceledException>(async () => await child.JoinAsync());
    });

    [Fact]
    public Task OneThatEndedIsNotRestartedUnderAParentThatEnded() => VirtualTime.RunAsync(async _ =>
    {
        Coprocess? child = null;
        await Coprocess.Spawn(() =>
        {
            child = Coprocess.Spawn(() => Task.CompletedTask);
            return Task.CompletedTask;
        }).JoinAsync();
        Assert.Throws<InvalidOperationException>(() => child!.Restart());
    });

    [Fact]
    public async Task TwoThatAreAttachedToEachOtherAtTheSameMomentDoNotBecomeACircle()
    {
        using var barrier = new Barrier(2);
        for (var round = 0; round < 2_000; round++)
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var coprocesses = Enumerable.Range(0, 2).Select(_ => Coprocess.Spawn(() => gate.Task, options: new CoprocessOptions { Scheduler = CoprocessScheduler.ThreadPool })).ToArray();
            bool Attach(int index)
            {
                barrier.SignalAndWait(Deadline.Limit);
                try
                {
                    coprocesses[index].Attach(coprocesses[1 - index]);
                    return true;
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            }

            var attached = await Task.WhenAll(Task.Run(() => Attach(0)), Task.Run(() => Attach(1))).Within();
            Assert.Single(attached, isAttached => isAttached);
            gate.SetResult();
            await Task.WhenAll(coprocesses.Select(coprocess => coprocess.AsTask())).Within();
        }
    }

    [Fact]
    public Task OneThatHasNotSaidThatItIsStartedIsAChildOfBothItsCallerAndItsNursery() => VirtualTime.RunAsync(async time =>
    {
        var go = new AsyncEvent();
        Nursery? nursery = null;
        Coprocess? starting = null;
        var owner = Coprocess.Spawn(() => Nursery.RunAsync(async it =>
        {
            nursery = it;
            await go.WaitAsync();
        }));
        await time.WaitAllBlockedAsync();
        var caller = Coprocess.Spawn(async () => await nursery!.StartAsync(async started =>
        {
            starting = Coprocess.Current;
            await go.WaitAsync();
            started.Set();
        }));
        await time.WaitAllBlockedAsync();
        Assert.Throws<InvalidOperationException>(() => owner.Attach(starting!));
        Assert.Throws<InvalidOperationException>(() => caller.Attach(starting!));
        go.Set();
        await Task.WhenAll(owner.AsTask(), caller.AsTask());
    });
}
