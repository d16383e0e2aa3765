using static Motet.Runtime.SupervisorReportKind;

namespace Motet.Runtime.Tests;

public sealed class SupervisorLimitTests
{
    [Theory, CombinatorialHomes]
    public Task OneRestartInFiveSecondsIsBorneAndTheSecondIsNot(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var bystander = new Puppet();
        var count = 0;
        var error = await Assert.ThrowsAsync<SupervisorException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(it);
            it.Add("bystander", bystander.RunAsync);
            it.Add("a", () => throw new FormatException($"{++count}"));
        }));
        Assert.Equal("a", error.Child.Id);
        Assert.Equal(["1", "2"], error.Errors.Select(inner => inner.Message));
        Assert.Same(error.Errors[^1], error.InnerException);
        Assert.Equal(1, book.Count(ChildRestarting));
        Assert.Equal(1, book.Count(Escalated));
        Assert.EndsWith("-bystander", book.Steps);
        Assert.False(bystander.IsRunning);
    });

    [Theory, CombinatorialHomes]
    public Task RestartsOutsideOfThePeriodAreForgotten(Home home) => home.RunAsync(async () =>
    {
        var count = 0;
        Supervisor? supervisor = null;
        await Supervisor.RunAsync(RestartStrategy.OneForOne, it => (supervisor = it).Add("a", async () =>
        {
            if (++count == 4) supervisor!.Stop();
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(20));
            throw new FormatException();
        }), new SupervisorOptions { Period = TimeSpan.FromMilliseconds(10) });
        Assert.Equal(3, supervisor!.GetCounts().Restarts);
    });

    [Theory, CombinatorialHomes]
    public Task AFirstStartThatFailsStopsTheStartedOnesAndFailsTheSupervisor(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var neverStarted = new Puppet();
        var error = await Assert.ThrowsAsync<SupervisorException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(it);
            it.Add("a", new Puppet().RunAsync);
            it.Add("b", new Puppet().RunAsync);
            it.Add("c", async (Started _) =>
            {
                await Coprocess.YieldAsync();
                throw new FormatException();
            }, Restart.Temporary);
            it.Add("d", neverStarted.RunAsync);
        }));
        Assert.IsType<FormatException>(error.InnerException);
        Assert.Equal("c", error.Child.Id);
        Assert.Equal("+a +b -b -a", book.Steps);
        Assert.Equal(0, neverStarted.Runs);
    });

    [Theory, CombinatorialHomes]
    public Task ARestartThatFailsToStartIsTriedAgainAndCounts(Home home) => home.RunAsync(async () =>
    {
        var (book, runs) = (new SupervisorLogbook(), 0);
        Supervisor? supervisor = null;
        await Supervisor.RunAsync(RestartStrategy.RestForOne, it =>
        {
            book.Listen(supervisor = it);
            it.Add("a", async started =>
            {
                runs++;
                await Coprocess.YieldAsync();
                if (runs == 3) return;
                if (runs is 2 or 4) throw new FormatException("start");
                started.Set();
                if (runs == 1) throw new FormatException("run");
                supervisor.Stop();
            });
        }, new SupervisorOptions { MaxRestarts = 10 });
        Assert.Equal(5, runs);
        Assert.Equal(4, supervisor!.GetCounts().Restarts);
        Assert.Equal([typeof(FormatException), typeof(InvalidOperationException), typeof(FormatException)], book.All.Where(report => report.Kind == ChildStartFailed).Select(report => report.Error!.GetType()));
    });

    [Theory, CombinatorialHomes]
    public Task ASupervisorUnderASupervisorEscalatesToIt(Home home) => home.RunAsync(async () =>
    {
        var (book, inner, sibling) = (new SupervisorLogbook(), 0, new Puppet());
        Supervisor? outer = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForAll, it =>
        {
            book.Listen(outer = it);
            it.Add("sibling", sibling.RunAsync);
            it.Add("inner", () => Supervisor.RunAsync(RestartStrategy.OneForOne, below => below.Add("leaf", async () =>
            {
                await Coprocess.YieldAsync();
                if (++inner <= 2) throw new FormatException();
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            })));
        });
        await book.WaitForAsync(ChildStarted, "inner", 2);
        while (outer!.GetCounts().Supervisors == 0) await Task.Yield();
        outer.Stop();
        await run;
        Assert.IsType<SupervisorException>(outer.Find("inner")!.LastError);
        Assert.Equal(1, outer.Find("sibling")!.Restarts);
    });

    [Theory, CombinatorialHomes]
    public Task TheFirstRestartIsAtOnceAndTheNextOnesWaitLongerUpToAMaximum(Home home) => home.RunAsync(async () =>
    {
        var book = new SupervisorLogbook();
        var options = new SupervisorOptions
        {
            MaxRestarts = 5,
            BackOff = new RestartBackOff { Initial = TimeSpan.FromMilliseconds(4), Max = TimeSpan.FromMilliseconds(10), Jitter = 0 },
        };
        await Assert.ThrowsAsync<SupervisorException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            book.Listen(it);
            it.Add("a", () => throw new FormatException());
        }, options));
        Assert.Equal([0, 4, 8, 10, 10], book.All.Where(report => report.Kind == ChildRestarting).Select(report => report.Delay.TotalMilliseconds));
        var starts = book.All.Where(report => report.Kind == ChildStarted).Select(report => report.Time).ToArray();
        Assert.True(starts[^1] - starts[0] >= TimeSpan.FromMilliseconds(25), $"{starts[^1] - starts[0]}");
    });

    [Fact]
    public void TheSeedOfABackOffDecidesItsJitter()
    {
        var backOff = new RestartBackOff { Jitter = 1 };
        double[] Delays(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(1, 20).Select(failures => backOff.DelayAfter(failures, random).TotalMilliseconds)];
        }

        Assert.Equal(Delays(1), Delays(1));
        Assert.NotEqual(Delays(1), Delays(2));
        Assert.All(Delays(3), delay => Assert.InRange(delay, 0, 30_000));
        Assert.Equal(TimeSpan.FromSeconds(30), new RestartBackOff { Jitter = 0 }.DelayAfter(int.MaxValue, new Random(0)));
    }

    [Theory, CombinatorialHomes]
    public Task AQuietTimeEndsTheRowOfFailures(Home home) => home.RunAsync(async () =>
    {
        var (book, runs) = (new SupervisorLogbook(), 0);
        var options = new SupervisorOptions
        {
            MaxRestarts = 3,
            BackOff = new RestartBackOff { Initial = TimeSpan.FromMilliseconds(1), Jitter = 0, ResetAfter = TimeSpan.FromMilliseconds(20) },
        };
        await Assert.ThrowsAsync<SupervisorException>(() => Supervisor.RunAsync(RestartStrategy.OneForAll, it =>
        {
            book.Listen(it);
            it.Add("a", async () =>
            {
                if (++runs == 3) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(30));
                throw new FormatException();
            });
        }, options));
        Assert.Equal([0, 1, 0], book.All.Where(report => report.Kind == ChildRestarting).Select(report => report.Delay.TotalMilliseconds));
    });

    [Theory, CombinatorialHomes]
    public Task AGroupIsDownWhileItsRestartWaitsAndAnEarlierFailureBeginsItAnew(Home home) => home.RunAsync(async () =>
    {
        var (book, a, b, c) = (new SupervisorLogbook(), new Puppet(), new Puppet(), new Puppet());
        Supervisor? supervisor = null;
        var options = new SupervisorOptions { MaxRestarts = 10, BackOff = new RestartBackOff { Initial = TimeSpan.FromHours(1), Max = TimeSpan.FromHours(1), Jitter = 0 } };
        var run = Supervisor.RunAsync(RestartStrategy.RestForOne, it =>
        {
            book.Listen(supervisor = it);
            it.Add("a", a.RunAsync);
            it.Add("b", b.RunAsync);
            it.Add("c", c.RunAsync);
        }, options);
        await book.WaitForAsync(ChildStarted, "c");
        b.Fail();
        await book.WaitForAsync(ChildStarted, "c", 2);
        b.Fail();
        await book.WaitForAsync(ChildExited, "c", 2);
        Assert.True(a.IsRunning);
        a.Fail();
        await book.WaitForAsync(ChildRestarting, count: 3);
        Assert.Equal(TimeSpan.FromHours(1), book.All.Last(report => report.Kind == ChildRestarting).Delay);
        await supervisor!.RestartAsync("c");
        Assert.Equal("+a +b +c -b -c +b +c -b -c -a +a +b +c", book.Steps);
        supervisor.Stop();
        await run;
    });
}
