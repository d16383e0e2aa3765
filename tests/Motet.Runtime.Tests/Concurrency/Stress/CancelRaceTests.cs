using System.Diagnostics;

namespace Motet.Runtime.Tests;

/// <summary>A cancel that meets what it cancels: it ends once, as one or the other, and nobody else is touched.</summary>
public sealed class CancelRaceTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(700);

    [Theory, CombinatorialHomes]
    public Task AJoinGivesTheValueOrIsCancelled(Home home) => home.RunAsync(() => RepeatAsync(async () =>
    {
        var coprocess = Coprocess.Spawn(async () =>
        {
            await Coprocess.YieldAsync();
            return 42;
        });
        var scope = new CancelScope();
        var joined = scope.RunAsync(async _ => await coprocess.JoinAsync(), -1);
        var cancel = Task.Run(() => scope.Cancel());
        var value = await joined;
        await cancel;
        Assert.Equal(scope.CancelCaught ? -1 : 42, value);
        Assert.Equal(42, await coprocess.JoinAsync());
    }));

    [Theory, CombinatorialHomes]
    public Task ASleepWithATokenAndAScopeEndsOnceAndWakesNobodyElse(Home home) => home.RunAsync(async () =>
    {
        // A wait that is recycled too early would end one of these.
        var witnesses = Enumerable.Range(0, 8).Select(_ => Coprocess.Spawn(async () =>
        {
            while (true)
            {
                await Coprocess.Spawn(async () => await Coprocess.YieldAsync()).JoinAsync();
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
            }
        })).ToArray();
        await RepeatAsync(async () =>
        {
            using var source = new CancellationTokenSource();
            var scope = new CancelScope();
            var sleep = scope.RunAsync(async _ => await Coprocess.SleepAsync(TimeSpan.FromTicks(Random.Shared.Next(20_000)), source.Token));
            var cancels = new[] { Task.Run(source.Cancel), Task.Run(() => scope.Cancel()) };
            try
            {
                var ran = await sleep;
                Assert.Equal(!scope.CancelCaught, ran);
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(source.Token, exception.CancellationToken);
            }

            await Task.WhenAll(cancels);
        });
        foreach (var witness in witnesses)
        {
            Assert.False(witness.IsCompleted);
            witness.Interrupt();
            await witness.JoinAsync();
        }
    });

    [Theory, CombinatorialHomes]
    public Task AStartGivesTheValueOrIsCancelledAndTheChildEnds(Home home) => home.RunAsync(() => RepeatAsync(() => Nursery.RunAsync(async nursery =>
    {
        var scope = new CancelScope();
        var start = scope.RunAsync(
            async _ => await nursery.StartAsync<int>(async started =>
            {
                await Coprocess.YieldAsync();
                started.Set(42);
            }),
            -1);
        var cancel = Task.Run(() => scope.Cancel());
        Assert.Equal(42, await start is var value && scope.CancelCaught ? value + 43 : value);
        await cancel;
    })));

    [Theory, CombinatorialHomes]
    public Task AnInterruptOrACancelThatMeetsTheEndIsOneOfTheTwo(Home home) => home.RunAsync(() => RepeatAsync(async () =>
    {
        var coprocess = Coprocess.Spawn<int>(async () =>
        {
            await Coprocess.YieldAsync();
            await Coprocess.YieldAsync();
            return 1;
        });
        var interrupt = Task.Run(() => coprocess.Interrupt(2));
        var cancel = Task.Run(() => coprocess.Cancel("x"));
        try
        {
            var value = await coprocess.JoinAsync();
            Assert.Equal(coprocess.State == CoprocessState.Interrupted ? 2 : 1, value);
            Assert.True(value == 1 || await interrupt);
        }
        catch (CoprocessCanceledException exception)
        {
            Assert.Equal("x", exception.Reason);
            Assert.True(await cancel);
        }

        await Task.WhenAll(interrupt, cancel);
    }));

    [Theory, CombinatorialHomes]
    public Task ADeadlineThatIsMovedWhileItPassesFiresBeforeOrNotAtAll(Home home) => home.RunAsync(() => RepeatAsync(async () =>
    {
        await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(1), async scope =>
        {
            await Task.Run(async () =>
            {
                SpinWait.SpinUntil(() => scope.Deadline.Timestamp - Stopwatch.GetTimestamp() < 10_000);
                scope.Deadline = Deadline.Never;
                var fired = scope.CancelCalled;
                await Task.Delay(3);
                Assert.Equal(fired, scope.CancelCalled);
            });
        });
    }));

    [Theory, CombinatorialHomes]
    public Task PostsThatMeetTheEndLeaveItEnded(Home home) => home.RunAsync(() => RepeatAsync(async () =>
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Two continuations of one coprocess from another thread: the one ends it, the other finds it ended.
        async Task ForgottenAsync() => await gate.Task;
        var coprocess = Coprocess.Spawn(async () =>
        {
            _ = ForgottenAsync();
            await gate.Task;
        });
        var open = Task.Run(gate.SetResult);
        await coprocess.JoinAsync();
        await open;
        Assert.Equal(CoprocessState.Completed, coprocess.State);
    }));

    private static async Task RepeatAsync(Func<Task> round)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            await round();
        }
        while (Stopwatch.GetElapsedTime(start) < Duration);
    }
}
