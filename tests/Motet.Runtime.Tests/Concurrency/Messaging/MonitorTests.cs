namespace Motet.Runtime.Tests;

public sealed class MonitorTests
{
    [Theory, CombinatorialHomes]
    public Task AMonitorTellsOnceHowItEnded(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var works = Coprocess.Spawn(async () => await Coprocess.YieldAsync());
        var fails = Coprocess.Spawn(async () =>
        {
            await Coprocess.YieldAsync();
            throw new FormatException();
        });
        var first = works.Monitor();
        var second = fails.Monitor();
        var exits = new[] { await Coprocess.ReceiveAsync<CoprocessExit>(), await Coprocess.ReceiveAsync<CoprocessExit>() };
        var completed = Assert.Single(exits, exit => exit.Monitor == first);
        var failed = Assert.Single(exits, exit => exit.Monitor == second);
        Assert.Equal((works, CoprocessState.Completed, null), (completed.Coprocess, completed.State, completed.Error));
        Assert.Equal((fails, CoprocessState.Failed), (failed.Coprocess, failed.State));
        Assert.IsType<FormatException>(failed.Error);
        Assert.False(Coprocess.TryReceive<object>(out _));
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task AnErrorThatSomebodyMonitorsDoesNotFailTheParent(Home home) => home.RunAsync(async () =>
    {
        var parent = Coprocess.Spawn(async () =>
        {
            var child = Coprocess.Spawn(async () =>
            {
                await Coprocess.ReceiveAsync<object>();
                throw new FormatException();
            });
            child.Monitor();
            child.Send("go");
            return (await Coprocess.ReceiveAsync<CoprocessExit>()).Error;
        });
        Assert.IsType<FormatException>(await parent.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorWhoseMonitorHasEndedFailsTheParent(Home home) => home.RunAsync(async () =>
    {
        var parent = Coprocess.Spawn(async () =>
        {
            var child = Coprocess.Spawn(async () =>
            {
                await Coprocess.ReceiveAsync<object>();
                throw new FormatException();
            });
            await Coprocess.Spawn(() =>
            {
                child.Monitor();
                return Task.CompletedTask;
            }).JoinAsync();
            child.Send("go");
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await Assert.ThrowsAsync<FormatException>(async () => await parent.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task MonitorsStackAndTellAtOnceOfOneThatHasEnded(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var ended = Coprocess.Spawn(() => Task.CompletedTask);
        var before = new[] { ended.Monitor(), ended.Monitor() };
        await ended.JoinAsync();
        var after = ended.Monitor();
        var told = new List<CoprocessMonitor>();
        for (var count = 0; count < 3; count++) told.Add((await Coprocess.ReceiveAsync<CoprocessExit>()).Monitor);
        Assert.Equal([.. before, after], told.OrderBy(monitor => Array.IndexOf([.. before, after], monitor)));
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task AMonitorThatWasTakenBackTellsNothing(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var child = Coprocess.Spawn(() => Coprocess.ReceiveAsync<object>().AsTask());
        var early = child.Monitor();
        var late = child.Monitor();
        early.Dispose();
        child.Send("go");
        await child.JoinAsync();
        Assert.Equal(1, Coprocess.Current!.PendingMessages);
        late.Dispose();
        Assert.Equal(0, Coprocess.Current!.PendingMessages);
        late.Dispose();
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task AFullMailboxTakesTheMessagesOfMonitorsAllTheSame(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var self = Coprocess.Current!;
        self.Send("full");
        var children = Enumerable.Range(0, 10).Select(_ => Coprocess.Spawn(() => Task.CompletedTask)).ToArray();
        foreach (var child in children) child.Monitor();
        foreach (var child in children) await child.JoinAsync();
        Assert.False(self.TrySend("more"));
        Assert.Equal(children.ToHashSet(), Coprocess.ReceiveAllPending<CoprocessExit>().Select(exit => exit.Coprocess).ToHashSet());
        // They did not take the room of others.
        Assert.False(self.TrySend("more"));
        Assert.Equal("full", await Coprocess.ReceiveAsync<string>());
        Assert.True(self.TrySend("more"));
    }, options: new CoprocessOptions { MailboxCapacity = 1 }).AsTask());

    [Theory, CombinatorialHomes]
    public Task ARestartTakesTheMonitorsBackAndIsNoEndForThoseWhoWatch(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
    {
        var runs = 0;
        var ended = 0;
        var child = Coprocess.Spawn(async () =>
        {
            var target = Coprocess.Spawn(() => Coprocess.ReceiveAsync<object>().AsTask(), options: new CoprocessOptions { IsTransient = true });
            target.Monitor();
            if (Interlocked.Increment(ref runs) == 1) await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            target.Send("go");
            await Coprocess.ReceiveAsync<CoprocessExit>();
            ended += 1 + Coprocess.ReceiveAllPending<CoprocessExit>().Count;
        });
        child.Monitor();
        await Patience.UntilAsync(() => Volatile.Read(ref runs) == 1);
        child.Restart();
        Assert.Equal(CoprocessState.Completed, (await Coprocess.ReceiveAsync<CoprocessExit>()).State);
        Assert.Equal((2, 1), (runs, ended));
        Assert.False(Coprocess.TryReceive<object>(out _));
    }).AsTask());

    [Theory, CombinatorialHomes]
    public Task MonitorsOfManyWhoHaveEndedAreNotKept(Home home) => home.RunAsync(async () =>
    {
        var target = Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask());
        var monitors = new List<WeakReference>();
        await Nursery.RunAsync(nursery =>
        {
            for (var count = 0; count < 20; count++) nursery.Spawn(() =>
            {
                lock (monitors) monitors.Add(new WeakReference(target.Monitor()));
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            return monitors.Count(monitor => monitor.IsAlive) <= 1;
        });
        target.Interrupt();
    });
}
