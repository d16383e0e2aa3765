namespace Motet.Net.Tests;

public class UnreadTests
{
    [Fact]
    public async Task BytesPutBackAreReadFirst()
    {
        await using var link = await Link.OpenAsync(null);
        link.Peer.SendText("world");
        await link.RunOnLoop(async () =>
        {
            var buffer = new byte[5];
            Assert.Equal(5, await link.Connection.ReadAsync(buffer));
            link.Connection.Unread("world"u8);
            link.Connection.Unread("hello "u8);
            var all = new byte[64];
            Assert.Equal(11, link.Connection.Read(all));
            Assert.Equal("hello world"u8, all.AsSpan(0, 11));
            Assert.Equal(-1, link.Connection.Read(all));
        });
    }

    [Fact]
    public async Task BytesPutBackInACallbackAreOfferedWithoutWaitingForMore()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                if (data[0] == 'a') connection.Unread("next"u8);
                return data.Length;
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("a");
        await handler.UntilReceived(5);
        Assert.Equal("anext", handler.ReceivedText);
        Assert.Equal(2, handler.Count("data"));
    }

    [Fact]
    public async Task BytesPutBackComeBehindThoseOfTheSameCallThatWereNotConsumed()
    {
        var first = true;
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                if (!first) return data.Length;
                first = false;
                connection.Unread("3"u8);
                return 1;
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("12");
        await handler.UntilReceived(3);
        Assert.Equal("123", handler.ReceivedText);
    }

    [Fact]
    public async Task BytesPutBackOutsideACallbackReachTheHandler()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() => link.Connection.Unread("back"u8));
        await handler.UntilReceived(4);
        Assert.Equal("back", handler.ReceivedText);
    }

    [Fact]
    public async Task ANewHandlerGetsWhatTheOldOneLeftWithoutWaitingForMore()
    {
        var second = new ScriptedHandler();
        var first = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Handler = second;
                return 4;
            },
        };
        await using var link = await Link.OpenAsync(first);
        link.Peer.SendText("HTTPrest");
        await second.UntilReceived(4);
        Assert.Equal("HTTP", first.ReceivedText);
        Assert.Equal("rest", second.ReceivedText);

        link.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.PeerClosed, await second.Closed);
        Assert.Equal(["data", "end", "close"], second.Events);
        Assert.Equal(["open", "data"], first.Events);
    }

    [Fact]
    public async Task ANewHandlerSetOutsideACallbackGetsWhatIsKept()
    {
        var second = new ScriptedHandler();
        var first = new ScriptedHandler { WhenData = (_, _) => 0 };
        await using var link = await Link.OpenAsync(first);
        link.Peer.SendText("kept");
        await first.UntilEvent("data");
        await link.OnLoop(() => link.Connection.Handler = second);
        await second.UntilReceived(4);
    }
}
