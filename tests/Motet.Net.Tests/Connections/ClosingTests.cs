using System.Text;

namespace Motet.Net.Tests;

public class ClosingTests
{
    [Fact]
    public async Task CloseSendsEverythingFirst()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(7_500_000);
        await link.OnLoop(() =>
        {
            link.Connection.Write(data);
            link.Connection.Close();
            Assert.False(link.Connection.IsOpen);
        });
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(link.Peer.ReadToEnd()));
        Assert.Equal(CloseReason.Closed, await handler.Closed);
        Assert.Null(await link.OnLoop(() => link.Connection.RemoteEndPoint));
    }

    [Fact]
    public async Task AClosingConnectionGivesItsHandlerNoMoreData()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        await link.OnLoop(() =>
        {
            link.Connection.Write(new byte[7_500_000]);
            link.Connection.Close();
            link.Connection.ResumeInput();
            link.Connection.Unread("kept"u8);
            Assert.Throws<ConnectionClosedException>(() => link.Connection.Read(new byte[10]));
        });
        link.Peer.SendText("ignored");
        await link.TurnAsync();
        Assert.Equal(["open"], handler.Events);
    }

    [Fact]
    public async Task LingeringDeliversTheAnswerToAPeerThatIsStillSending()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Write("refused"u8);
                connection.CloseLingering(CloseReason.ProtocolError);
                return data.Length;
            },
        };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxLingerBytes = 10_000_000 });
        for (var i = 0; i < 100; i++) link.Peer.SendAll(new byte[40_000]);
        Assert.Equal("refused", Encoding.Latin1.GetString(link.Peer.ReadToEnd()));
        Assert.False(handler.Closed.IsCompleted);
        link.Peer.Dispose();
        Assert.Equal(CloseReason.ProtocolError, await handler.Closed);
        Assert.Equal(1, handler.Count("data"));
        Assert.Equal(0, handler.Count("end"));
    }

    [Fact]
    public async Task LingeringEndsWhenThePeerResets()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.CloseLingering(CloseReason.ProtocolError) };
        await using var link = await Link.OpenAsync(handler);
        Assert.Empty(link.Peer.ReadToEnd());
        link.Peer.Reset();
        Assert.Equal(CloseReason.ProtocolError, await handler.Closed);
    }

    [Fact]
    public async Task LingeringEndsInTimeForAPeerThatDripsOn()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.CloseLingering() };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { LingerTimeout = TimeSpan.FromMilliseconds(300) });
        using var stop = new CancellationTokenSource();
        var drip = Task.Run(async () =>
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    link.Peer.SendText("x");
                    await Task.Delay(20);
                }
            }
            catch (SocketException)
            {
                // The connection is gone, as it should be.
            }
        });
        var started = Environment.TickCount64;
        Assert.Equal(CloseReason.Closed, await handler.Closed);
        Assert.InRange(Environment.TickCount64 - started, 200, 3000);
        stop.Cancel();
        await drip;
    }

    [Fact]
    public async Task LingeringDropsNoMoreThanItsLimit()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.CloseLingering() };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxLingerBytes = 100_000, LingerTimeout = TimeSpan.FromMinutes(1) });
        Assert.Throws<SocketException>(() =>
        {
            for (var i = 0; i < 10_000; i++) link.Peer.SendAll(new byte[10_000]);
        });
        Assert.Equal(CloseReason.Closed, await handler.Closed);
    }

    [Fact]
    public async Task DeadlinesOfTheProtocolDoNotDisturbLingering()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.CloseLingering() };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { LingerTimeout = TimeSpan.FromMilliseconds(200) });
        await link.OnLoop(link.Connection.ClearDeadline);
        Assert.Equal(CloseReason.Closed, await handler.Closed);
        Assert.Equal(0, handler.Count("deadline"));
    }

    [Fact]
    public async Task AbortResets()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() => link.Connection.Abort());
        Assert.Equal(CloseReason.Aborted, await handler.Closed);
        Assert.True(link.Peer.IsReset());
    }

    [Fact]
    public async Task AnIdleConnectionEndsInOrder()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.SetDeadline(TimeSpan.FromMilliseconds(20)) };
        await using var link = await Link.OpenAsync(handler);
        Assert.Equal(CloseReason.IdleTimeout, await handler.Closed);
        Assert.False(link.Peer.IsReset());
    }

    [Fact]
    public async Task TheFirstReasonIsTheOneThatCounts()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() =>
        {
            link.Connection.Close(CloseReason.ProtocolError);
            link.Connection.Close();
            link.Connection.Abort();
        });
        Assert.Equal(CloseReason.ProtocolError, await handler.Closed);
        Assert.Equal(CloseReason.ProtocolError, link.Connection.CloseReason);
    }

    [Fact]
    public async Task TheEndOfTheLoopAbortsWhatIsOpen()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        link.Loop.Stop();
        Assert.Equal(CloseReason.Shutdown, await handler.Closed);
        Assert.True(link.Peer.IsReset());
    }
}
