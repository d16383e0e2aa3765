namespace Motet.Net.Tests;

/// <summary>Peers that end their sending side while nobody reads.</summary>
public class PeerFinishedTests
{
    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public async Task AnEndBehindAPauseIsAnnouncedOnceAndToldInItsTurn(string before)
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText(before);
        link.Peer.Shutdown(SocketShutdown.Send);
        await handler.UntilEvent("finished");
        Assert.Equal(0, handler.Count("end"));
        Assert.True(link.Connection.IsOpen);

        // A peer that ended its sending side only reads what is sent.
        await link.OnLoop(() => link.Connection.Write("answer"u8));
        Assert.Equal("answer", link.Peer.ReadText(6));
        await link.OnLoop(link.Connection.ResumeInput);
        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
        Assert.Equal((1, 1), (handler.Count("finished"), handler.Count("end")));
        await handler.UntilReceived(before.Length);
    }

    [Fact]
    public async Task AnEndThatIsReadIsNotAnnounced()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("abc");
        link.Peer.Shutdown(SocketShutdown.Send);
        await handler.Closed;
        Assert.Equal((0, 1), (handler.Count("finished"), handler.Count("end")));
    }

    [Fact]
    public async Task APeerWhoseSocketIsGoneIsFoundOutByWhatIsSent()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput(), WhenHangUp = connection => connection.Abort(CloseReason.PeerReset) };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.Close();
        await handler.UntilEvent("finished");
        Assert.Equal(0, handler.Count("hangup"));
        await link.OnLoop(() => link.Connection.Write("x"u8));
        await handler.UntilEvent("hangup");
        Assert.Equal(CloseReason.PeerReset, await handler.Closed);
    }
}
