using System.Text;

namespace Motet.Net.Tests;

public class HalfCloseTests
{
    [Fact]
    public async Task OutputGoesOnAfterTheEndOfInput()
    {
        var handler = new ScriptedHandler
        {
            WhenEndOfInput = connection =>
            {
                connection.Write("still here"u8);
                connection.Close();
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("still here", Encoding.Latin1.GetString(link.Peer.ReadToEnd()));
        Assert.Equal(CloseReason.Closed, await handler.Closed);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7_500_000)]
    public async Task InputGoesOnAfterTheEndOfOutput(int length)
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(length);
        await link.OnLoop(() =>
        {
            link.Connection.Write(data);
            link.Connection.EndOutput();
            Assert.Throws<InvalidOperationException>(() => link.Connection.Write("x"u8));
            Assert.Throws<InvalidOperationException>(() => { _ = link.Connection.WriteAsync(new byte[1]); });
            link.Connection.EndOutput();
        });
        Assert.Equal(data, link.Peer.ReadToEnd());
        link.Peer.SendText("input");
        await handler.UntilReceived(5);
        link.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
    }

    [Fact]
    public async Task TheEndOfOutputWaitsForAWriteThatWaits()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(7_500_000);
        var writing = await link.OnLoop(() =>
        {
            var write = link.Connection.WriteAsync(data);
            Assert.False(write.IsCompleted);
            link.Connection.EndOutput();
            return write.AsTask();
        });
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(link.Peer.ReadToEnd()));
        await writing.Within();
        Assert.True(link.Connection.IsOpen);
    }

    [Fact]
    public async Task TheEndOfOutputFollowsMemoryThatWasAskedForAndNotUsed()
    {
        await using var link = await Link.OpenAsync(null);
        await link.OnLoop(() =>
        {
            _ = link.Connection.GetSpan(10);
            link.Connection.EndOutput();
        });
        Assert.Empty(link.Peer.ReadToEnd());
    }

    [Fact]
    public async Task TheCloseWaitsForAWriteThatWaits()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(7_500_000);
        var writing = await link.OnLoop(() =>
        {
            var write = link.Connection.WriteAsync(data);
            Assert.False(write.IsCompleted);
            link.Connection.Close();
            return write.AsTask();
        });
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(link.Peer.ReadToEnd()));
        await writing.Within();
        Assert.Equal(CloseReason.Closed, link.Connection.CloseReason);
    }
}
