using static Motet.Runtime.SupervisorReportKind;

namespace Motet.Runtime.Tests;

public sealed class SupervisorCallTests
{
    [Theory, CombinatorialHomes]
    public Task ChildrenStartInOrderEachWhenTheOneBeforeIsStarted(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, book) =>
    {
        Assert.Equal("+a", book.Steps);
        Assert.Equal(SupervisedChildState.Starting, supervisor.Find("slow")!.State);
        Assert.Equal(SupervisedChildState.Waiting, supervisor.Find("after")!.State);
        Slow.SetResult();
        await book.WaitForAsync(ChildStarted, "after");
        Assert.Equal("+a +slow +after", book.Steps);
    }, supervisor =>
    {
        Slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        supervisor.Add("slow", async started =>
        {
            await Slow.Task.WaitAsync(CancelScope.CurrentToken);
            started.Set();
            Assert.Throws<InvalidOperationException>(started.Set);
            await ForeverAsync();
        });
        supervisor.Add("after", ForeverAsync);
    });

    [Theory, CombinatorialHomes]
    public Task AStartThatHangsKeepsNobodyFromStopping(Home home) => WithAsync(home, RestartStrategy.OneForAll, (_, _) => Task.CompletedTask, supervisor => supervisor.Add("hung", (Started _) => ForeverAsync()));

    [Theory, CombinatorialHomes]
    public Task WhileAStartHangsOthersAreStartedAgain(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, book) =>
    {
        supervisor.Find("a")!.Coprocess!.Interrupt();
        await book.WaitForAsync(ChildStarted, "a", 2);
        Assert.Equal(SupervisedChildState.Starting, supervisor.Find("hung")!.State);
        await supervisor.TerminateAsync("hung");
        await book.WaitForAsync(ChildStarted, "after");
    }, supervisor =>
    {
        supervisor.Add("hung", (Started _) => ForeverAsync());
        supervisor.Add("after", ForeverAsync);
    });

    [Theory, CombinatorialHomes]
    public Task AChildCanBeAddedAtRunTime(Home home) => WithAsync(home, RestartStrategy.RestForOne, async (supervisor, book) =>
    {
        var child = await supervisor.StartAsync("late", async started =>
        {
            await Coprocess.YieldAsync();
            started.Set();
            await ForeverAsync();
        });
        Assert.Equal(SupervisedChildState.Running, child.State);
        Assert.EndsWith("SupervisorCallTests.cs", child.SpawnFile);
        await Assert.ThrowsAsync<ArgumentException>(() => supervisor.StartAsync("late", ForeverAsync));
        Assert.Throws<InvalidOperationException>(() => supervisor.Add("too late", ForeverAsync));
        supervisor.Find("a")!.Coprocess!.Interrupt();
        await book.WaitForAsync(ChildStarted, "late", 2);
        Assert.Equal("+a +late -a -late +a +late", book.Steps);
    });

    [Theory, CombinatorialHomes]
    public Task AnAddedChildThatCannotStartIsForgottenAndItsErrorComesOut(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, _) =>
    {
        await Assert.ThrowsAsync<FormatException>(() => supervisor.StartAsync("late", (Started _) => throw new FormatException()));
        Assert.Null(supervisor.Find("late"));
        Assert.Equal(0, supervisor.GetCounts().Restarts);
        await supervisor.StartAsync("late", ForeverAsync);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelledCallerTakesItsChildBackUntilItIsStarted(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, book) =>
    {
        var hasEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), _ => supervisor.StartAsync("late", async (Started _) =>
        {
            try
            {
                await ForeverAsync();
            }
            finally
            {
                hasEnded.SetResult();
            }
        })));
        await hasEnded.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await book.WaitForAsync(ChildExited, "late");
        await supervisor.TerminateAsync("a");
        Assert.Null(supervisor.Find("late"));
    });

    [Theory, CombinatorialHomes]
    public Task ATerminatedChildStaysUntilItIsRestartedOrRemoved(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, book) =>
    {
        Assert.True(await supervisor.TerminateAsync("a"));
        Assert.Equal(SupervisedChildState.Stopped, supervisor.Find("a")!.State);
        await supervisor.RestartAsync("a");
        Assert.Equal(SupervisedChildState.Running, supervisor.Find("a")!.State);
        await supervisor.RestartAsync("a");
        Assert.Equal("+a -a +a -a +a", book.Steps);
        Assert.Equal(0, supervisor.GetCounts().Restarts);
        Assert.True(await supervisor.RemoveAsync("a"));
        Assert.Empty(supervisor.Children);
        Assert.False(await supervisor.RemoveAsync("a"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => supervisor.RestartAsync("a"));
    });

    [Theory, CombinatorialHomes]
    public Task AChildThatWaitsForItsBackOffCanBeTerminatedRestartedAndItsSupervisorStopped(Home home) => WithAsync(home, RestartStrategy.OneForOne, async (supervisor, book) =>
    {
        async Task FailAsync(int count)
        {
            supervisor.Find("a")!.Coprocess!.Interrupt();
            await book.WaitForAsync(ChildRestarting, count: count);
            Assert.Equal(count == 1 ? TimeSpan.Zero : TimeSpan.FromHours(1), book.All.Last(report => report.Kind == ChildRestarting).Delay);
        }

        await FailAsync(1);
        await book.WaitForAsync(ChildStarted, "a", 2);
        await FailAsync(2);
        await supervisor.StartAsync("b", ForeverAsync);
        Assert.Equal(SupervisedChildState.Waiting, supervisor.Find("a")!.State);
        await supervisor.RestartAsync("a");
        await FailAsync(3);
        Assert.True(await supervisor.TerminateAsync("a"));
        Assert.Equal(SupervisedChildState.Stopped, supervisor.Find("a")!.State);
        await supervisor.RestartAsync("a");
        await FailAsync(4);
    });

    [Theory, CombinatorialHomes]
    public Task CallsAfterTheEndFailOrFindEverythingDown(Home home) => home.RunAsync(async () =>
    {
        Supervisor? supervisor = null;
        await Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            (supervisor = it).Add("a", ForeverAsync);
            it.Stop();
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => supervisor!.StartAsync("b", ForeverAsync));
        await Assert.ThrowsAsync<InvalidOperationException>(() => supervisor!.RestartAsync("a"));
        Assert.True(await supervisor!.TerminateAsync("a"));
        Assert.False(supervisor.Stop());
        await supervisor.StopAsync();
        Assert.Single(supervisor.Children);
    });

    [Theory, CombinatorialHomes]
    public Task DynamicChildrenAreStoppedTogetherAndForgottenWhenTheyHaveEnded(Home home) => home.RunAsync(async () =>
    {
        var (book, stopped) = (new SupervisorLogbook(), 0);
        var allStopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Supervisor? supervisor = null;
        ChildTemplate<int>? template = null;
        var run = Supervisor.RunAsync(RestartStrategy.Dynamic, it =>
        {
            book.Listen(supervisor = it);
            template = it.AddTemplate<int>("worker", async number =>
            {
                if (number == 0) return;
                try
                {
                    await ForeverAsync();
                }
                finally
                {
                    if (Interlocked.Increment(ref stopped) == 3) allStopped.SetResult();
                    // Would wait for ever if they were stopped one after another.
                    await allStopped.Task;
                }
            }, Restart.Transient, Timeout.InfiniteTimeSpan);
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => template!.StartAsync(number)));
        await book.WaitForAsync(ChildExited);
        // A call comes after what the supervisor was doing.
        await supervisor!.TerminateAsync("worker-1");
        Assert.Equal(3, supervisor.Children.Count);
        Assert.All(supervisor.Children, child => Assert.StartsWith("worker-", child.Id));
        supervisor.Stop();
        await run;
    });

    [Fact]
    public async Task SettingsThatContradictEachOtherAreRefused()
    {
        await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
        {
            supervisor.Add("a", ForeverAsync);
            Assert.Throws<ArgumentException>(() => supervisor.Add("a", ForeverAsync));
            Assert.Throws<ArgumentException>(() => supervisor.Add("b", ForeverAsync, Restart.Transient, significant: true));
            Assert.Throws<ArgumentOutOfRangeException>(() => supervisor.Add("b", ForeverAsync, shutdown: TimeSpan.FromSeconds(-2)));
            supervisor.Stop();
        });
        await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
        {
            Assert.Throws<ArgumentException>(() => supervisor.Add("b", ForeverAsync, significant: true));
            supervisor.Stop();
        }, new SupervisorOptions { AutoShutdown = AutoShutdown.AnySignificant });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, _ => { }, new SupervisorOptions { MaxRestarts = -1 }));
        await Assert.ThrowsAsync<FormatException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, (Action<Supervisor>)(_ => throw new FormatException())));
    }

    private TaskCompletionSource Slow { get; set; } = new();

    private static Task ForeverAsync() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask();

    /// <summary>A supervisor with one child, a, and what else is added; stopped after the test.</summary>
    private static Task WithAsync(Home home, RestartStrategy strategy, Func<Supervisor, SupervisorLogbook, Task> test, Action<Supervisor>? add = null) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        Supervisor? supervisor = null;
        var options = new SupervisorOptions { MaxRestarts = 100, BackOff = new RestartBackOff { Initial = TimeSpan.FromHours(1), Max = TimeSpan.FromHours(1), Jitter = 0 } };
        var run = Supervisor.RunAsync(strategy, it =>
        {
            book.Listen(supervisor = it);
            it.Add("a", ForeverAsync);
            add?.Invoke(it);
        }, options);
        await book.WaitForAsync(ChildStarted, "a");
        while (supervisor!.Children is [_, { State: SupervisedChildState.Waiting }, ..]) await Task.Yield();
        try
        {
            await test(supervisor, book);
        }
        finally
        {
            supervisor.Stop();
            await run;
        }
    });
}
