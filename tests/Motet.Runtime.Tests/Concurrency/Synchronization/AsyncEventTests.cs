namespace Motet.Runtime.Tests;

public sealed class AsyncEventTests
{
    [Fact]
    public void AllWhoWaitGoOnAndLaterOnesDoNotWait()
    {
        var happened = new AsyncEvent();
        ValueTask[] waits = [happened.WaitAsync(), happened.WaitAsync()];
        Assert.Equal(2, happened.Waiting);
        Assert.DoesNotContain(waits, wait => wait.IsCompleted);
        Assert.True(happened.Set());
        Assert.False(happened.Set());
        foreach (var wait in waits) wait.Now();
        happened.WaitAsync().Now();
        Assert.True(happened.IsSet);
    }

    [Fact]
    public void AfterAResetOneWaitsForTheNextTime()
    {
        var happened = new AsyncEvent();
        var before = happened.WaitAsync();
        happened.Set();
        happened.Reset();
        before.Now();
        var after = happened.WaitAsync();
        Assert.False(after.IsCompleted);
        happened.Set();
        after.Now();
    }

    [Theory, CombinatorialHomes]
    public Task AWaitEndsWithItsScope(Home home) => home.RunAsync(async () =>
    {
        var happened = new AsyncEvent();
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(1), async _ => await happened.WaitAsync()));
        Assert.Equal(0, happened.Waiting);
        happened.Set();
        var scope = new CancelScope();
        scope.Cancel();
        Assert.False(await scope.RunAsync(async _ => await happened.WaitAsync()));
    });

    [Theory, CombinatorialHomes]
    public Task NobodyIsForgottenWhenCancelsRaceIt(Home home) => home.RunAsync(async () =>
    {
        var happened = new AsyncEvent();
        using var stop = new CancellationTokenSource();
        var setter = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                happened.Set();
                happened.Reset();
            }
        });
        await Storm.RunAsync(4, 2000, async (_, _) => await happened.WaitAsync()).WaitAsync(TimeSpan.FromSeconds(25));
        stop.Cancel();
        await setter;
        Assert.Equal(0, happened.Waiting);
    });
}
