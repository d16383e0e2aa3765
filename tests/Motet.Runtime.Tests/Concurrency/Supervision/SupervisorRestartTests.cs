using static Motet.Runtime.SupervisorReportKind;

namespace Motet.Runtime.Tests;

public sealed class SupervisorRestartTests
{
    private static readonly SupervisorOptions Patient = new() { MaxRestarts = 100 };

    [Theory, CombinatorialHomes]
    public Task OneForOneRestartsOnlyTheOneThatFailed(Home home) => home.RunAsync(async () =>
        Assert.Equal("+a +b +c -b +b -c -b -a", await StepsAsync(RestartStrategy.OneForOne, Restart.Permanent)));

    [Theory, CombinatorialHomes]
    public Task OneForAllStopsTheOthersInReverseAndStartsAllInOrder(Home home) => home.RunAsync(async () =>
        Assert.Equal("+a +b +c -b -c -a +a +b +c -c -b -a", await StepsAsync(RestartStrategy.OneForAll, Restart.Permanent)));

    [Theory, CombinatorialHomes]
    public Task RestForOneRestartsTheOneThatFailedAndThoseAfterIt(Home home) => home.RunAsync(async () =>
        Assert.Equal("+a +b +c -b -c +b +c -c -b -a", await StepsAsync(RestartStrategy.RestForOne, Restart.Permanent)));

    [Theory, CombinatorialHomes]
    public Task ATemporaryChildDoesNotComeBackWithItsGroup(Home home) => home.RunAsync(async () =>
        Assert.Equal("+a +b +c -b -c -a +a +b -b -a", await StepsAsync(RestartStrategy.OneForAll, Restart.Temporary)));

    [Theory, CombinatorialHomes]
    public Task APermanentChildComesBackHoweverItEnded(Home home) => home.RunAsync(async () =>
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Begin(supervisor = it, book).Add("a", puppet.RunAsync), Patient);
        await book.WaitForAsync(ChildStarted, "a");
        puppet.Finish();
        await book.WaitForAsync(ChildStarted, "a", 2);
        puppet.Fail();
        await book.WaitForAsync(ChildStarted, "a", 3);
        supervisor!.Find("a")!.Coprocess!.Interrupt();
        await book.WaitForAsync(ChildStarted, "a", 4);
        supervisor.Find("a")!.Coprocess!.Cancel("away");
        await book.WaitForAsync(ChildStarted, "a", 5);
        supervisor.Stop();
        await run;
        Assert.Equal([null, typeof(FormatException), null, typeof(CoprocessCanceledException), null], book.All.Where(report => report.Kind == ChildExited).Select(report => report.Error?.GetType()));
        var child = book.All[0].Child!;
        Assert.Equal(4, child.Restarts);
        Assert.IsType<CoprocessCanceledException>(child.LastError);
    });

    [Theory, CombinatorialHomes]
    public Task ATransientChildComesBackOnlyWhenItFailed(Home home) => home.RunAsync(async () =>
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Begin(supervisor = it, book).Add("a", puppet.RunAsync, Restart.Transient), Patient);
        await book.WaitForAsync(ChildStarted);
        puppet.Fail();
        await book.WaitForAsync(ChildStarted, "a", 2);
        puppet.Finish();
        await book.WaitForAsync(ChildExited, "a", 2);
        await supervisor!.StopAsync();
        await run;
        Assert.Equal(2, puppet.Runs);
        Assert.Equal(SupervisedChildState.Stopped, supervisor.Find("a")!.State);
    });

    [Theory, CombinatorialHomes]
    public Task ATemporaryChildIsForgottenWhenItHasEnded(Home home) => home.RunAsync(async () =>
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it => Begin(supervisor = it, book).Add("a", puppet.RunAsync, Restart.Temporary));
        await book.WaitForAsync(ChildStarted);
        puppet.Fail();
        await book.WaitForAsync(ChildExited);
        // A call comes after what the supervisor was doing.
        await supervisor!.TerminateAsync("a");
        Assert.Null(supervisor.Find("a"));
        supervisor!.Stop();
        await run;
        Assert.Equal(1, puppet.Runs);
        Assert.Equal(0, supervisor.GetCounts().Restarts);
    });

    [Theory, CombinatorialHomes]
    public Task ATransientChildThatIsDoneBeginsAnewWithItsGroup(Home home) => home.RunAsync(async () =>
    {
        var (book, done, puppet) = (new SupervisorLogbook(), new Puppet(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForAll, it =>
        {
            Begin(supervisor = it, book).Add("done", done.RunAsync, Restart.Transient);
            it.Add("a", puppet.RunAsync);
        });
        await book.WaitForAsync(ChildStarted, "a");
        done.Finish();
        await book.WaitForAsync(ChildExited, "done");
        puppet.Fail();
        await book.WaitForAsync(ChildStarted, "a", 2);
        supervisor!.Stop();
        await run;
        Assert.Equal(2, done.Runs);
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorWhileAGroupIsStoppedIsReportedAndDoesNotCount(Home home) => home.RunAsync(async () =>
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        var sour = new Puppet { CleanupError = new ArgumentException("in cleanup") };
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForAll, it =>
        {
            Begin(supervisor = it, book).Add("sour", sour.RunAsync);
            it.Add("a", puppet.RunAsync);
        });
        await book.WaitForAsync(ChildStarted, "a");
        while (!sour.IsRunning) await Task.Yield();
        puppet.Fail();
        await book.WaitForAsync(ChildStarted, "a", 2);
        Assert.Equal(1, supervisor!.GetCounts().Restarts);
        supervisor!.Stop();
        await run;
        var exit = book.All.First(report => report.Kind == ChildExited && report.Child!.Id == "sour");
        Assert.True(exit.WasAsked);
        Assert.Same(sour.CleanupError, exit.Error);
    });

    [Theory, CombinatorialHomes]
    public Task FailuresAtTheSameMomentCountOneByOne(Home home) => home.RunAsync(async () =>
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task FailAsync()
        {
            await start.Task;
            throw new FormatException();
        }

        var book = new SupervisorLogbook();
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            Begin(it, book).Add("a", FailAsync);
            it.Add("b", FailAsync);
        });
        await book.WaitForAsync(ChildStarted, "b");
        start.SetResult();
        var error = await Assert.ThrowsAsync<SupervisorException>(() => run);
        Assert.Equal(2, error.History.Count);
    });

    private static async Task<string> StepsAsync(RestartStrategy strategy, Restart restartOfLast)
    {
        var (book, puppet) = (new SupervisorLogbook(), new Puppet());
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(strategy, it =>
        {
            Begin(supervisor = it, book).Add("a", new Puppet().RunAsync);
            it.Add("b", puppet.RunAsync);
            it.Add("c", new Puppet().RunAsync, restartOfLast);
        });
        await book.WaitForAsync(ChildStarted, "c");
        puppet.Fail();
        await book.WaitForAsync(ChildStarted, "b", 2);
        if (strategy != RestartStrategy.OneForOne && restartOfLast == Restart.Permanent) await book.WaitForAsync(ChildStarted, "c", 2);
        supervisor!.Stop();
        await run;
        return book.Steps;
    }

    private static Supervisor Begin(Supervisor supervisor, SupervisorLogbook book)
    {
        book.Listen(supervisor);
        return supervisor;
    }
}
