using static Motet.Runtime.SupervisorReportKind;

namespace Motet.Runtime.Tests;

public sealed class SupervisorEndTests
{
    [Theory, CombinatorialHomes]
    public Task ItEndsWithTheResultOfTheFirstStop(Home home) => home.RunAsync(async () =>
        Assert.Equal(7, await Supervisor.RunAsync<int>(RestartStrategy.OneForOne, supervisor => supervisor.Add("a", async () =>
        {
            Assert.True(supervisor.Stop(7));
            Assert.False(supervisor.Stop(8));
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        }))));

    [Theory, CombinatorialHomes]
    public Task AStopInTheSetUpStartsNothing(Home home) => home.RunAsync(async () =>
    {
        var puppet = new Puppet();
        await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
        {
            supervisor.Add("a", puppet.RunAsync);
            supervisor.Stop();
        });
        Assert.Equal(0, puppet.Runs);
    });

    [Theory, CombinatorialHomes]
    public Task AChildThatStopsItsSupervisorAndWaitsIsCancelled(Home home) => home.RunAsync(async () =>
    {
        var wasCanceled = false;
        await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor => supervisor.Add("a", async () =>
        {
            try
            {
                await supervisor.StopAsync();
            }
            catch (ScopeCanceledException)
            {
                wasCanceled = true;
                throw;
            }
        }));
        Assert.True(wasCanceled);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelOfTheScopeAroundStopsTheChildrenInReverseOrderAndComesOut(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var scope = new CancelScope();
        Assert.False(await scope.RunAsync(async _ =>
        {
            var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Add(it, book, 3));
            await book.WaitForAsync(ChildStarted, "3");
            scope.Cancel();
            await run;
        }));
        Assert.Equal("+1 +2 +3 -3 -2 -1", book.Steps);
    });

    [Theory, CombinatorialHomes]
    public Task ATokenStopsItLikeACancel(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        using var source = new CancellationTokenSource();
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Add(it, book, 2), cancellationToken: source.Token);
        await book.WaitForAsync(ChildStarted, "2");
        source.Cancel();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).CancellationToken);
        Assert.Equal("+1 +2 -2 -1", book.Steps);
    });

    [Theory, CombinatorialHomes]
    public Task ADrainOfTheScopeAroundStopsItWithoutAnError(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        Assert.True(await new CancelScope().RunAsync(async scope =>
        {
            var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Add(it, book, 2));
            await book.WaitForAsync(ChildStarted, "2");
            scope.Drain(Timeout.InfiniteTimeSpan);
            await run;
        }));
        Assert.Equal("+1 +2 -2 -1", book.Steps);
    });

    [Theory, CombinatorialHomes]
    public Task AChildWithADrainTimeMayFinish(Home home) => home.RunAsync(async () =>
    {
        var (book, hasFinished) = (new SupervisorLogbook(), false);
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(supervisor = it);
            it.Add("a", async () =>
            {
                Assert.False(await CancelScope.UntilDrainingAsync(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
                hasFinished = true;
            }, drain: TimeSpan.FromSeconds(20));
        });
        await book.WaitForAsync(ChildStarted);
        await supervisor!.StopAsync();
        await run;
        Assert.True(hasFinished);
    });

    [Theory, CombinatorialHomes]
    public Task AChildThatDoesNotFinishInItsDrainTimeIsCancelled(Home home) => home.RunAsync(async () =>
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(supervisor = it);
            it.Add("a", puppet.RunAsync, drain: TimeSpan.FromMilliseconds(10));
        });
        await book.WaitForAsync(ChildStarted);
        supervisor!.Stop();
        await run;
        var exit = book.All.Single(report => report.Kind == ChildExited);
        Assert.True(exit.WasAsked);
        Assert.Null(exit.Error);
        Assert.Equal(CoprocessState.Interrupted, exit.Coprocess!.State);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelWhileItStopsEndsTheSoftPhases(Home home) => home.RunAsync(async () =>
    {
        var (book, first, second) = (new SupervisorLogbook(), new Puppet(), new Puppet());
        await CancelScope.MoveOnAfterAsync(Timeout.InfiniteTimeSpan, async scope =>
        {
            Supervisor? supervisor = null;
            var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
            {
                book.Listen(supervisor = it);
                it.Add("a", first.RunAsync, drain: TimeSpan.FromHours(1));
                it.Add("b", second.RunAsync, drain: Timeout.InfiniteTimeSpan);
            });
            await book.WaitForAsync(ChildStarted, "b");
            supervisor!.Stop();
            while (supervisor.Find("b")!.State != SupervisedChildState.Stopping) await Task.Yield();
            Assert.True(supervisor.Find("b")!.Coprocess!.Scope.IsDraining);
            scope.Cancel();
            await run;
        });
        Assert.EndsWith("-b -a", book.Steps);
    });

    [Theory, CombinatorialHomes]
    public Task AChildThatDoesNotEndInTimeIsAbandonedAndItsLateErrorReported(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(supervisor = it);
            it.Add("before", new Puppet().RunAsync);
            it.Add("deaf", async () =>
            {
                await release.Task;
                throw new FormatException("late");
            }, shutdown: TimeSpan.FromMilliseconds(10));
        });
        await book.WaitForAsync(ChildStarted, "deaf");
        supervisor!.Stop();
        await run;
        Assert.Equal(1, book.Count(ChildAbandoned, "deaf"));
        Assert.EndsWith("-before", book.Steps);
        Assert.Equal(1, supervisor.GetCounts().Abandoned);
        Assert.Null(supervisor.Find("deaf")!.Coprocess!.Parent);
        release.SetResult();
        await book.WaitForAsync(AbandonedChildEnded);
        Assert.IsType<FormatException>(book.All[^1].Error);
        Assert.Equal(0, supervisor.GetCounts().Abandoned);
    });

    [Theory, CombinatorialHomes]
    public Task TheLateErrorOfAnAbandonedChildThatNobodyHearsOfIsUnhandled(Home home) => home.RunAsync(async () =>
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var error = new FormatException("late");
        void OnUnhandled(object? sender, UnhandledCoprocessExceptionEventArgs args)
        {
            if (args.Exception == error) unhandled.TrySetResult(error);
        }

        Coprocess.UnhandledException += OnUnhandled;
        await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor => supervisor.Add("deaf", async () =>
        {
            supervisor.Stop();
            await release.Task;
            throw error;
        }, shutdown: TimeSpan.FromMilliseconds(1)));
        release.SetResult();
        Assert.Same(error, await unhandled.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Coprocess.UnhandledException -= OnUnhandled;
    });

    [Theory, CombinatorialHomes]
    public Task ASupervisorUnderASupervisorStopsInOrderAndHasAllTheTimeItNeeds(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var (isDeaf, release) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Supervisor? outer = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(outer = it);
            it.Add("outer", () => Supervisor.RunAsync(RestartStrategy.OneForOne, inner =>
            {
                Add(inner, book, 1);
                inner.Add("2", () => release.Task, shutdown: Timeout.InfiniteTimeSpan);
                inner.Add("3", new Puppet().RunAsync);
            }));
        });
        await book.WaitForAsync(ChildStarted, "3");
        outer!.Stop();
        await book.WaitForAsync(ChildExited, "3");
        Assert.Equal(SupervisedChildState.Stopping, outer.Find("outer")!.State);
        Assert.False(outer.Find("outer")!.Timer.IsArmed);
        release.SetResult();
        await run;
        Assert.Equal("-3 -2 -1 -outer", book.Steps[^"-3 -2 -1 -outer".Length..]);
    });

    [Theory, CombinatorialHomes]
    public Task ItEndsWithTheFirstOrTheLastOfItsSignificantChildren(Home home) => home.RunAsync(async () =>
    {
        foreach (var (shutdown, finished) in new[] { (AutoShutdown.AnySignificant, 1), (AutoShutdown.AllSignificant, 2) })
        {
            var (book, a, b) = (new SupervisorLogbook(), new Puppet(), new Puppet());
            Supervisor? supervisor = null;
            var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
            {
                book.Listen(supervisor = it);
                it.Add("plain", new Puppet().RunAsync);
                it.Add("a", a.RunAsync, Restart.Transient, significant: true);
                it.Add("b", b.RunAsync, Restart.Temporary, significant: true);
                it.Add("terminated", new Puppet().RunAsync, Restart.Transient, significant: true);
            }, new SupervisorOptions { AutoShutdown = shutdown });
            await book.WaitForAsync(ChildStarted, "terminated");
            await supervisor!.TerminateAsync("terminated");
            a.Finish();
            if (finished == 2)
            {
                await book.WaitForAsync(ChildExited, "a");
                b.Finish();
            }

            await run;
            Assert.Equal(finished, book.All.Count(report => report.Kind == ChildExited && !report.WasAsked));
        }
    });

    [Theory, CombinatorialHomes]
    public Task NothingIsLeftBehindIt(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var book = new SupervisorLogbook();
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Add(supervisor = it, book, 10));
        await book.WaitForAsync(ChildStarted, "10");
        Assert.Equal(10, Coprocess.Current!.Children.Count);
        Assert.Equal(10, supervisor!.GetCounts().Active);
        supervisor.Stop();
        await run;
        Assert.Empty(Coprocess.Current.Children);
        Assert.Equal(0, supervisor.GetCounts().Active);
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task AHandlerOfReportsThatFailsChangesNothing(Home home) => home.RunAsync(async () =>
    {
        var runs = 0;
        var error = Console.Error;
        Console.SetError(TextWriter.Null);
        try
        {
            await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
            {
                supervisor.Reported += (_, _) => throw new FormatException();
                supervisor.Add("a", () =>
                {
                    if (++runs == 2) supervisor.Stop();
                    return Task.CompletedTask;
                });
            });
        }
        finally
        {
            Console.SetError(error);
        }

        Assert.Equal(2, runs);
    });

    private static void Add(Supervisor supervisor, SupervisorLogbook book, int count)
    {
        book.Listen(supervisor);
        for (var number = 1; number <= count; number++) supervisor.Add($"{number}", new Puppet().RunAsync);
    }
}
