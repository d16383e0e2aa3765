namespace Motet.Runtime.Tests;

public sealed class RestartTests
{
    [Theory, CombinatorialHomes]
    public Task AnInterruptEndsOneThatIsAboutToBeginAgain(Home home) => home.RunAsync(async () =>
    {
        var gate = new TaskCompletionSource();
        var runs = 0;
        var coprocess = Coprocess.Spawn<int>(async () =>
        {
            Interlocked.Increment(ref runs);
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                await gate.Task;
            }

            return 0;
        });
        await Patience.UntilAsync(() => Volatile.Read(ref runs) == 1);
        coprocess.Restart();
        Assert.True(coprocess.Interrupt(7));
        gate.SetResult();
        Assert.Equal(7, await coprocess.JoinAsync());
        Assert.Equal(1, runs);
    });

    [Theory, CombinatorialHomes]
    public Task ATransientOneThatIsRestartedEndsWithItsParent(Home home) => home.RunAsync(async () =>
    {
        var gate = new TaskCompletionSource();
        var runs = 0;
        var parent = Coprocess.Spawn(async () =>
        {
            var transient = Coprocess.Spawn(
                async () =>
                {
                    Interlocked.Increment(ref runs);
                    try
                    {
                        await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                    }
                    finally
                    {
                        await gate.Task;
                    }
                },
                options: new CoprocessOptions { IsTransient = true });
            await Patience.UntilAsync(() => Volatile.Read(ref runs) == 1);
            transient.Restart();
        });
        await Patience.UntilAsync(() => parent.State == CoprocessState.Ending);
        gate.SetResult();
        await parent.JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task RestartsThatMeetTheEndNeverLoseTheCoprocess(Home home) => home.RunAsync(async () =>
    {
        var deadline = DateTime.UtcNow.AddMilliseconds(700);
        while (DateTime.UtcNow < deadline)
        {
            var runs = 0;
            var coprocess = Coprocess.Spawn(async () =>
            {
                // The second run ends by itself: it is interrupted only if a restart that was meant for the first one meets it.
                if (Interlocked.Increment(ref runs) == 1) await Coprocess.YieldAsync();
                else await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                return runs;
            });
            var current = await Task.Run(coprocess.Restart);
            var value = await current.JoinAsync<int>();
            Assert.Equal(CoprocessState.Completed, current.State);
            Assert.True(value is 1 or 2);
        }
    });

    [Theory, CombinatorialHomes]
    public Task MovesThatMeetEachOtherAndTheEndLeaveNoTrace(Home home) => home.RunAsync(async () =>
    {
        var deadline = DateTime.UtcNow.AddMilliseconds(700);
        var parents = Enumerable.Range(0, 2).Select(_ => Coprocess.Spawn(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan))).ToArray();
        await Patience.UntilAsync(() => parents.All(parent => parent.State == CoprocessState.Waiting));
        while (DateTime.UtcNow < deadline)
        {
            var child = Coprocess.Spawn(async () => await Coprocess.YieldAsync());
            var movers = new[]
            {
                Task.Run(() => child.Attach(parents[0])),
                Task.Run(() => child.Attach(parents[1])),
                Task.Run(child.Detach),
            };
            await child.WaitForEndAsync();
            await Task.WhenAll(movers);
        }

        foreach (var parent in parents) Assert.Empty(parent.Children);
        foreach (var parent in parents) parent.Interrupt();
        foreach (var parent in parents) await parent.JoinAsync();
    });
}

file static class Joining
{
    public static async Task<T> JoinAsync<T>(this Coprocess coprocess) => await ((Coprocess<T>)coprocess).JoinAsync();
}
