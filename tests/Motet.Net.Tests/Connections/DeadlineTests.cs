using System.Diagnostics;

namespace Motet.Net.Tests;

public class DeadlineTests
{
    [Fact]
    public async Task ADeadlineComesOnceAndNotEarly()
    {
        var started = 0L;
        var handler = new ScriptedHandler
        {
            WhenOpen = connection =>
            {
                started = connection.EventLoop.Now;
                connection.SetDeadline(TimeSpan.FromMilliseconds(50));
            },
            WhenDeadline = _ => { },
        };
        await using var link = await Link.OpenAsync(handler);
        await handler.UntilEvent("deadline");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 50, 5000);
        await link.RunOnLoop(() => Task.Delay(100));
        Assert.Equal(1, handler.Count("deadline"));
    }

    [Fact]
    public async Task ADeadlineThatIsMovedLaterComesLater()
    {
        var handler = new ScriptedHandler { WhenDeadline = _ => { } };
        await using var link = await Link.OpenAsync(handler);
        var started = await link.OnLoop(() =>
        {
            link.Connection.SetDeadline(TimeSpan.FromMilliseconds(50));
            link.Connection.SetDeadline(TimeSpan.FromMilliseconds(250));
            return link.Loop.Now;
        });
        await handler.UntilEvent("deadline");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 250, 5000);
    }

    [Fact]
    public async Task ADeadlineThatIsMovedEarlierComesEarlier()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.SetDeadline(TimeSpan.FromHours(1)), WhenDeadline = _ => { } };
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() => link.Connection.SetDeadline(TimeSpan.FromMilliseconds(20)));
        await handler.UntilEvent("deadline");
    }

    [Fact]
    public async Task AClearedDeadlineDoesNotCome()
    {
        var handler = new ScriptedHandler { WhenDeadline = _ => { } };
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() =>
        {
            link.Connection.SetDeadline(TimeSpan.FromMilliseconds(20));
            link.Connection.ClearDeadline();
        });
        await link.RunOnLoop(() => Task.Delay(100));
        Assert.Equal(0, handler.Count("deadline"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task AnInfiniteDeadlineDoesNotCome(long milliseconds)
    {
        var due = milliseconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.MaxValue;
        var handler = new ScriptedHandler { WhenOpen = connection => connection.SetDeadline(due), WhenDeadline = _ => { } };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { WriteTimeout = due });
        await link.TurnAsync();
        Assert.Equal(0, handler.Count("deadline"));

        Sockets.SmallWindow(link.Peer);
        await link.OnLoop(() => link.Connection.Write(new byte[7_500_000]));
        await link.TurnAsync();
        Assert.True(link.Connection.IsOpen);
        for (var read = 0; read < 7_500_000;) read += link.Peer.Receive(new byte[100_000]);
        await handler.UntilEvent("drained");
    }

    [Fact]
    public async Task ADeadlineMayBeSetAgainWhenItComes()
    {
        var handler = new ScriptedHandler
        {
            WhenOpen = connection => connection.SetDeadline(TimeSpan.FromMilliseconds(5)),
            WhenDeadline = connection => connection.SetDeadline(TimeSpan.FromMilliseconds(5)),
        };
        await using var link = await Link.OpenAsync(handler);
        await handler.Until(seen => seen.Count("deadline") >= 5);
    }

    [Fact]
    public async Task TheDeadlineOfTheHandlerAndTheTimeoutOfAWriteKeepOutOfEachOthersWay()
    {
        var handler = new ScriptedHandler { WhenDeadline = connection => connection.SetDeadline(TimeSpan.FromMilliseconds(10)) };
        var options = new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(150) };
        await using var link = await Link.OpenAsync(handler, options, Sockets.SmallWindow);
        await link.OnLoop(() =>
        {
            link.Connection.SetDeadline(TimeSpan.FromMilliseconds(10));
            link.Connection.Write(new byte[7_500_000]);
        });
        Assert.Equal(CloseReason.WriteTimeout, await handler.Closed);
        Assert.True(handler.Count("deadline") >= 3);
    }
}
