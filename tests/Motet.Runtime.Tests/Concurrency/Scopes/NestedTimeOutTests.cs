namespace Motet.Runtime.Tests;

/// <summary>Polyphony's defects 1.12-1 and 1.12-2: an inner time-out took the outer's end for its own, and a wait in the cleanup after a time-out hung.</summary>
public sealed class NestedTimeOutTests
{
    public static TheoryData<Home, int[]> Orders()
    {
        var data = new TheoryData<Home, int[]>();
        foreach (var home in Enum.GetValues<Home>())
        {
            foreach (var order in new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] }) data.Add(home, order);
        }

        return data;
    }

    /// <summary>Three scopes, outermost first, all cancelled, in each order.</summary>
    [Theory, MemberData(nameof(Orders))]
    public Task OfThreeCancelledScopesEachTakesItsOwnCancel(Home home, int[] order) => home.RunAsync(async () =>
    {
        var scopes = new[] { new CancelScope { Name = "0" }, new CancelScope { Name = "1" }, new CancelScope { Name = "2" } };
        var passed = new bool[3];
        ScopeCanceledException? seen = null;
        await scopes[0].RunAsync(async _ =>
        {
            await scopes[1].RunAsync(async _ =>
            {
                await scopes[2].RunAsync(async _ =>
                {
                    foreach (var index in order) scopes[index].Cancel($"{index}");
                    seen = await Assert.ThrowsAsync<ScopeCanceledException>(async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan));
                    throw seen;
                });
                passed[2] = true;
                await Coprocess.YieldAsync();
            });
            passed[1] = true;
            await Coprocess.YieldAsync();
        });
        passed[0] = true;

        // The innermost sees the first that was cancelled; after each that took its cancel, what is around it sees the first of those that are left.
        Assert.Same(scopes[order[0]], seen!.Scope);
        var expected = new bool[3];
        for (var left = 3; left > 0;)
        {
            left = order.First(index => index < left);
            expected[left] = true;
        }

        Assert.Equal(expected, scopes.Select(scope => scope.CancelCaught));
        Assert.Equal(expected, passed);
    });

    [Theory, MemberData(nameof(Orders))]
    public Task OfThreeDeadlinesTheOneThatPassesFirstFires(Home home, int[] order) => home.RunAsync(async () =>
    {
        var times = new TimeSpan[3];
        for (var place = 0; place < 3; place++) times[order[place]] = place == 0 ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromSeconds(20 * place);
        var passed = new bool[3];
        var cut = new CancelScope?[3];
        var error = await Record.ExceptionAsync(() => CancelScope.FailAfterAsync(times[0], async scope0 =>
        {
            cut[0] = scope0;
            await CancelScope.FailAfterAsync(times[1], async scope1 =>
            {
                cut[1] = scope1;
                await CancelScope.FailAfterAsync(times[2], async scope2 =>
                {
                    cut[2] = scope2;
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                });
                passed[2] = true;
            });
            passed[1] = true;
        }));
        Assert.Same(cut[order[0]], Assert.IsType<DeadlineExceededException>(error).Scope);
        Assert.Equal([order[0] == 0, order[0] == 1, order[0] == 2], cut.Select(scope => scope!.CancelCaught));
        Assert.Equal([false, false, false], passed);
    });

    [Theory, CombinatorialHomes]
    public Task ATokenThatTwoScopesAreBehindIsTakenByTheOuter(Home home) => home.RunAsync(async () =>
    {
        var inner = new CancelScope();
        var outer = new CancelScope();
        await outer.RunAsync(_ => inner.RunAsync(async _ =>
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(inner.Token);
            var wait = Task.Delay(-1, linked.Token);
            outer.Cancel();
            await wait;
        }));
        Assert.True(outer.CancelCaught);
        Assert.False(inner.CancelCaught);
    });

    [Theory, CombinatorialHomes]
    public Task ACancelThatIsNoScopesComesThrough(Home home) => home.RunAsync(async () =>
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(20), _ => throw new OperationCanceledException(source.Token)));
        var coprocess = Coprocess.Spawn(() => throw new OperationCanceledException(source.Token));
        // Its own error, not the word that somebody cancelled it.
        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await coprocess.JoinAsync());
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(CoprocessState.Failed, coprocess.State);
    });

    [Theory, CombinatorialHomes]
    public Task AWaitInTheCleanupAfterATimeOutEnds(Home home) => home.RunAsync(async () =>
    {
        var seen = 0;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ =>
        {
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                seen++;
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
        }));
        Assert.Equal(1, seen);
    });

    [Theory, CombinatorialHomes]
    public Task ADeadlineThatIsMovedOrRemovedDoesNotFire(Home home) => home.RunAsync(async () =>
    {
        Assert.True(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(50), async scope =>
        {
            scope.Deadline = Deadline.After(TimeSpan.FromSeconds(20));
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(60));
            scope.Deadline = Deadline.After(TimeSpan.FromMilliseconds(50));
            scope.Deadline = Deadline.Never;
            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(60));
        }));
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(20), async scope =>
        {
            scope.Deadline = Deadline.Now;
            Assert.True(scope.IsCanceled);
            await Coprocess.YieldAsync();
        }));
    });
}
