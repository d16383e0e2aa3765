namespace Motet.Net.Tests;

public class CostTests
{
    private const int Round = 2000;

    [Fact]
    public async Task AnIdleConnectionHoldsNoBuffer()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Write(data);
                return data[^1] == '.' ? data.Length : 0;
            },
        };
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        await link.OnLoop(() => Assert.False(link.Connection.HoldsBuffers));
        link.Peer.SendText("abc");
        Assert.Equal("abc", link.Peer.ReadText(3));
        await link.OnLoop(() => Assert.True(link.Connection.HoldsBuffers));
        link.Peer.SendText(".");
        Assert.Equal("abc.", link.Peer.ReadText(4));
        await link.OnLoop(() => Assert.False(link.Connection.HoldsBuffers));

        await link.OnLoop(() => link.Connection.Write(new byte[7_500_000]));
        await link.OnLoop(() => Assert.True(link.Connection.HoldsBuffers));
        for (var read = 0; read < 7_500_000;) read += link.Peer.Receive(new byte[100_000]);
        await handler.UntilEvent("drained");
        await link.OnLoop(() => Assert.False(link.Connection.HoldsBuffers));
        Assert.Equal(0, await link.OnLoop(() => NetLoop.Current.Segments.InUse));
    }

    [Fact]
    public async Task AnEchoedMessageAllocatesNothing()
    {
        var handler = new CountingEcho();
        await using var link = await Link.OpenAsync(handler);
        Exchange(link.Peer, handler.Meter);
        Assert.Equal(0, handler.Meter.Allocated);
    }

    [Fact]
    public async Task AMessageEchoedInSequenceAllocatesNothing()
    {
        await using var link = await Link.OpenAsync(null);
        var meter = new AllocationMeter(Round);
        var echo = link.Loop.RunAsync(async () =>
        {
            var buffer = new byte[256];
            for (int read; (read = await link.Connection.ReadAsync(buffer)) > 0;)
            {
                await link.Connection.WriteAsync(buffer.AsMemory(0, read));
                meter.Count();
            }
        });
        Exchange(link.Peer, meter);
        link.Peer.Shutdown(SocketShutdown.Send);
        await echo.Within();
        Assert.Equal(0, meter.Allocated);
    }

    private static void Exchange(Socket peer, AllocationMeter meter)
    {
        Span<byte> message = new byte[64];
        for (var i = 0; i <= meter.MaxCalls && !meter.IsDone; i++)
        {
            peer.SendAll(message);
            for (var read = 0; read < message.Length;) read += peer.Receive(message);
        }
    }

    private sealed class CountingEcho : ConnectionHandler
    {
        public AllocationMeter Meter { get; } = new(Round);

        protected internal override int OnData(Connection connection, Span<byte> data)
        {
            connection.Write(data);
            connection.SetDeadline(TimeSpan.FromSeconds(60));
            Meter.Count();
            return data.Length;
        }
    }
}
