namespace Motet.Runtime.Tests;

public class EventLoopGroupTests
{
    [Fact]
    public async Task NextGoesRoundTheLoops()
    {
        await using var group = EventLoopGroup.Start(3, new EventLoopOptions { Name = "web" });
        Assert.Equal(["web-1", "web-2", "web-3", "web-1"], Enumerable.Range(0, 4).Select(_ => group.Next().Name));
        Assert.Equal(3, group.Loops.Select(loop => loop.Id).Distinct().Count());
    }

    [Fact]
    public async Task StoppingEndsAllLoops()
    {
        var group = EventLoopGroup.Start(3);
        await group.StopAsync().Within();
        Assert.All(group.Loops, loop => Assert.True(loop.Completion.IsCompleted));
    }

    [Fact]
    public void AGroupOfNoneIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => EventLoopGroup.Start(0));
}
