using System.Runtime.CompilerServices;

namespace Motet.Runtime.Tests;

/// <summary>What has ended leaves nothing behind.</summary>
public sealed class TerminationTests
{
    private const int Many = 10_000;

    [Theory, CombinatorialHomes]
    public Task TenThousandThatAreEndedWhileTheyWaitLeaveNoneBehind(Home home) => home.RunAsync(async () =>
    {
        var references = await RunManyAsync();
        await Patience.UntilAsync(() =>
        {
            Collect();
            // The last ones may be named by pooled objects of threads and by the stack.
            return references.Count(reference => reference.IsAlive) <= 16;
        });
    });

    [Theory, CombinatorialHomes]
    public Task TimersOfEndedWaitsAreTakenBack(Home home) => home.RunAsync(async () =>
    {
        var before = CountTimers();
        await Nursery.RunAsync(async nursery =>
        {
            for (var index = 0; index < Many; index++)
            {
                nursery.Spawn(async () => await CancelScope.FailAfterAsync(TimeSpan.FromHours(1), async _ => await Coprocess.SleepAsync(TimeSpan.FromHours(1))));
            }

            await Patience.UntilAsync(() => CountTimers() >= before + (2 * Many));
            nursery.Scope.Cancel();
        });
        // The last cancels of timers may be on their way to the loop.
        await Patience.UntilAsync(() => CountTimers() <= before + 8);
    });

    [Theory, CombinatorialHomes]
    public Task ALineOfDetachedOnesThatSpawnEachOtherIsCollected(Home home) => home.RunAsync(async () =>
    {
        var references = new List<WeakReference>();
        var ended = new TaskCompletionSource();
        Relay(references, ended, 200);
        await ended.Task;
        await Patience.UntilAsync(() =>
        {
            Collect();
            return references.Count(reference => reference.IsAlive) <= 16;
        });
    });

    [Theory, CombinatorialHomes]
    public Task AVeryLongLineOfChildrenEnds(Home home) => home.RunAsync(async () =>
    {
        const int depth = 20_000;
        var coprocess = Coprocess.Spawn(() => Descend(depth));
        await coprocess.JoinAsync();

        static Task Descend(int left)
        {
            if (left > 0) Coprocess.Spawn(() => Descend(left - 1));
            return Task.CompletedTask;
        }
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> RunManyAsync()
    {
        var references = new List<WeakReference>(Many);
        Coprocess parent = Coprocess.Spawn(async () =>
        {
            for (var index = 0; index < Many; index++)
            {
                var name = $"{index}";
                // Waits of each kind: for ever, for a time, for another, in a scope, for a foreign task.
                references.Add(new WeakReference((index % 4) switch
                {
                    0 => Coprocess.Spawn(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan), name),
                    1 => Coprocess.Spawn(async () => await Coprocess.SleepAsync(TimeSpan.FromHours(1)), name),
                    2 => Coprocess.Spawn(async () => await CancelScope.MoveOnAfterAsync(TimeSpan.FromHours(1), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)), name),
                    _ => Coprocess.Spawn(async () => await Task.Delay(-1, CancelScope.CurrentToken), name),
                }));
            }

            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await Patience.UntilAsync(() => parent.Children is { Count: Many } children && children.All(child => child.State == CoprocessState.Waiting));
        parent.Interrupt();
        await parent.JoinAsync();
        Assert.Empty(parent.Children);
        Assert.All(references, reference => Assert.True(reference.Target is not Coprocess { IsCompleted: false }));
        return references;
    }

    private static void Relay(List<WeakReference> references, TaskCompletionSource ended, int left)
    {
        var coprocess = Coprocess.Spawn(async () =>
        {
            await Coprocess.YieldAsync();
            if (left == 0) ended.SetResult();
            else Relay(references, ended, left - 1);
        });
        coprocess.Detach();
        lock (references) references.Add(new WeakReference(coprocess));
    }

    private static int CountTimers() => PoolTimers.Count + (EventLoop.Current?.GetStatistics().Timers ?? 0);

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
