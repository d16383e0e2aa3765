namespace Motet.Runtime.Tests;

public class EventLoopContextTests
{
    [Fact]
    public async Task AnAwaitOnTheLoopComesBackToIt()
    {
        using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            await Task.Delay(1);
            Assert.True(loop.IsCurrent);
            await Task.Run(() => Assert.False(loop.IsCurrent));
            Assert.True(loop.IsCurrent);
            await Task.Yield();
            Assert.True(loop.IsCurrent);
        }).Within();
    }

    [Fact]
    public async Task AnAwaitOfAnotherLoopComesBackToTheFirst()
    {
        using var loop = EventLoop.Start();
        using var other = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            Assert.Same(other, await other.InvokeAsync(() => EventLoop.Current));
            Assert.Same(loop, EventLoop.Current);
        }).Within();
    }

    [Fact]
    public async Task SendRunsInlineOnTheLoopAndBlocksElsewhere()
    {
        using var loop = EventLoop.Start();
        EventLoop? seen = null;
        await loop.InvokeAsync(() => loop.SynchronizationContext.Send(_ => seen = EventLoop.Current, null)).Within();
        Assert.Same(loop, seen);
        seen = null;
        await Task.Run(() => loop.SynchronizationContext.Send(_ => seen = EventLoop.Current, null)).Within();
        Assert.Same(loop, seen);
    }

    [Fact]
    public async Task SendThrowsWhatTheCallbackThrew()
    {
        using var loop = EventLoop.Start();
        await Assert.ThrowsAsync<FormatException>(
            () => Task.Run(() => loop.SynchronizationContext.Send(_ => throw new FormatException(), null)).Within());
    }

    [Fact]
    public async Task TheExecutionContextOfTheStarterDoesNotReachTheLoop()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        using var loop = EventLoop.Start();
        var seen = "none";
        using var ran = new ManualResetEventSlim();
        loop.Post(() =>
        {
            seen = local.Value;
            ran.Set();
        });
        Assert.True(await Task.Run(() => ran.Wait(Patience.Limit)));
        Assert.Null(seen);
    }
}
