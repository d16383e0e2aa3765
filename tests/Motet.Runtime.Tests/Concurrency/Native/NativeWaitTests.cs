namespace Motet.Runtime.Tests;

/// <summary>Code of .NET that a coprocess awaits: it comes back, and it ends with the scope.</summary>
public class NativeWaitTests
{
    public static MatrixTheoryData<NativeWait, Home> WaitsAndHomes => new(Enum.GetValues<NativeWait>(), Enum.GetValues<Home>());

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task AnAwaitComesBackToItsCoprocess(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var self = Coprocess.Current;
        var scope = CancelScope.Current;
        var loop = EventLoop.Current;
        for (var round = 0; round < 20; round++)
        {
            await wait.WaitShortlyAsync(CancelScope.CurrentToken);
            Assert.Same(self, Coprocess.Current);
            Assert.Same(scope, CancelScope.Current);
            Assert.Same(loop, EventLoop.Current);
        }
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task AScopeThatFiresCutsItShortAndTakesItsException(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var self = Coprocess.Current;
        var loop = EventLoop.Current;
        Exception? thrown = null;
        var scope = new CancelScope();
        var isComplete = await scope.RunAsync(async () =>
        {
            CancelFromElsewhere(scope);
            try
            {
                await wait.WaitForEverAsync(scope.Token);
            }
            catch (OperationCanceledException exception)
            {
                Assert.Same(loop, EventLoop.Current);
                thrown = exception;
                throw;
            }
        });

        Assert.False(isComplete);
        Assert.True(scope.CancelCaught);
        Assert.IsNotType<ScopeCanceledException>(thrown);
        Assert.Same(self, Coprocess.Current);
        Assert.Same(loop, EventLoop.Current);
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task ADeadlineCutsItShort(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var isComplete = await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), scope => wait.WaitForEverAsync(scope.Token));
        Assert.False(isComplete);
        await Assert.ThrowsAsync<DeadlineExceededException>(() => CancelScope.FailAfterAsync(TimeSpan.FromMilliseconds(10), scope => wait.WaitForEverAsync(scope.Token)));
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task AnInnerScopeLeavesTheCancelOfAnOuterOneAlone(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var outer = new CancelScope();
        var inner = new CancelScope { Deadline = Deadline.After(TimeSpan.FromHours(1)) };
        var wentOn = false;
        Assert.False(await outer.RunAsync(async () =>
        {
            await inner.RunAsync(async () =>
            {
                CancelFromElsewhere(outer);
                await wait.WaitForEverAsync(inner.Token);
            });
            wentOn = true;
        }));
        Assert.True(outer.CancelCaught);
        Assert.False(inner.CancelCaught);
        Assert.False(wentOn);
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task AnOuterScopeGoesOnAfterTheCancelOfAnInnerOne(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var inner = new CancelScope();
        Assert.True(await CancelScope.MoveOnAfterAsync(TimeSpan.FromHours(1), async outer =>
        {
            Assert.False(await inner.RunAsync(async () =>
            {
                CancelFromElsewhere(inner);
                await wait.WaitForEverAsync(inner.Token);
            }));
            await wait.WaitShortlyAsync(outer.Token);
        }));
        Assert.True(inner.CancelCaught);
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task ATokenOfSomebodyElseIsNoCancelOfTheScope(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        using var source = new CancellationTokenSource();
        var scope = new CancelScope();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scope.RunAsync(async () =>
        {
            ThreadPool.QueueUserWorkItem(_ => source.Cancel());
            await wait.WaitForEverAsync(source.Token);
        }));
        Assert.False(scope.CancelCaught);
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task ACallThroughTheScopeEndsWithTheScopesOwnException(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var loop = EventLoop.Current;
        ScopeCanceledException? thrown = null;
        var scope = new CancelScope();
        Assert.False(await scope.RunAsync(async () =>
        {
            await CancelScope.CallAsync(token => wait.WaitShortlyAsync(token));
            Assert.Same(loop, EventLoop.Current);
            CancelFromElsewhere(scope, "enough");
            thrown = await Assert.ThrowsAsync<ScopeCanceledException>(() => CancelScope.CallAsync(token => wait.WaitForEverAsync(token)));
            Assert.Same(loop, EventLoop.Current);
            throw thrown;
        }));
        Assert.Same(scope, thrown!.Scope);
        Assert.Equal("enough", thrown.Reason);
    });

    [Theory]
    [MemberData(nameof(WaitsAndHomes))]
    public Task AnInterruptedCoprocessLeavesIt(NativeWait wait, Home home) => RunAsync(home, async () =>
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var coprocess = Coprocess.Spawn(async () =>
        {
            var waiting = wait.WaitForEverAsync(CancelScope.CurrentToken);
            waits.SetResult();
            await waiting;
        });
        await waits.Task;
        Assert.True(coprocess.Interrupt());
        await coprocess.JoinAsync();
        Assert.Equal(CoprocessState.Interrupted, coprocess.State);
    });

    private static void CancelFromElsewhere(CancelScope scope, string? reason = null) => ThreadPool.QueueUserWorkItem(_ => scope.Cancel(reason));

    private static Task RunAsync(Home home, Func<Task> body) => home.RunAsync(() => Coprocess.Spawn(body).AsTask());
}
