using System.Diagnostics;

namespace Motet.Net.Tests;

public class ConnectorTests
{
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task AConnectionLivesOnTheLoopThatAskedForIt()
    {
        await using var loops = EventLoopGroup.Start(2);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        await loops.Loops[1].RunAsync(async () =>
        {
            var connection = await Connector.ConnectAsync(listener.LocalEndPoint);
            Assert.Same(loops.Loops[1], connection.EventLoop);
            Assert.Equal(listener.LocalEndPoint, connection.RemoteEndPoint);
            await connection.WriteAsync("hello"u8.ToArray());
            var buffer = new byte[5];
            await connection.AsStream().ReadExactlyAsync(buffer);
            Assert.Equal("hello"u8, buffer);
            connection.Close();
        }).Within();
    }

    [Fact]
    public async Task AHandlerServesTheConnection()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        var handler = new ScriptedHandler { WhenOpen = connection => connection.Write("ping"u8) };
        await loops.Loops[0].RunAsync(() => Connector.ConnectAsync(listener.LocalEndPoint, handler)).Within();
        await handler.UntilReceived(4);
        Assert.Equal("ping", handler.ReceivedText);
    }

    [Fact]
    public async Task AUnixSocketIsConnected()
    {
        var path = new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}"));
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, path, _ => EchoHandler.Instance);
        await loops.Loops[0].RunAsync(async () =>
        {
            var connection = await Connector.ConnectAsync(path);
            connection.Write("x"u8);
            Assert.Equal(1, await connection.ReadAsync(new byte[1]));
            Assert.Equal(path.ToString(), connection.RemoteEndPoint!.ToString());
            connection.Close();
        }).Within();
    }

    [Fact]
    public async Task AConnectOutsideALoopIsRefused()
        => await Assert.ThrowsAsync<InvalidOperationException>(() => Connector.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1)));

    [Fact]
    public async Task ARefusalIsASocketException()
    {
        await using var loops = EventLoopGroup.Start(1);
        var failure = await Assert.ThrowsAsync<SocketException>(() => loops.Loops[0].RunAsync(() => Connector.ConnectAsync(Blackhole.Refusing())).Within());
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        failure = await Assert.ThrowsAsync<SocketException>(() => loops.Loops[0].RunAsync(() => Connector.ConnectAsync(new UnixDomainSocketEndPoint("/nowhere/at/all"))));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task AnAddressThatDoesNotAnswerMeetsTheTimeout()
    {
        using var hole = new Blackhole();
        await using var loops = EventLoopGroup.Start(1);
        var started = Stopwatch.GetTimestamp();
        var options = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(100) };
        await Assert.ThrowsAsync<TimeoutException>(() => loops.Loops[0].RunAsync(() => Connector.ConnectAsync(hole.EndPoint, options: options)).Within());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 100, 9000);
    }

    [Fact]
    public async Task ADeadAddressHoldsTheNextUpByTheAttemptDelayOnly()
    {
        using var hole = new Blackhole();
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        var started = Stopwatch.GetTimestamp();
        await RaceAsync(loops.Loops[0], hole.EndPoint, listener.LocalEndPoint);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, AttemptDelay.TotalMilliseconds, 9000);
    }

    [Fact]
    public async Task AnAddressThatRefusesDoesNotHoldTheNextUp()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        var loop = loops.Loops[0];
        var race = loop.RunAsync(async () =>
        {
            var descriptor = await Connector.RaceAsync(loop, [Blackhole.Refusing(), listener.LocalEndPoint], TimeSpan.FromMinutes(1), CancellationToken.None);
            SocketHandle.Close(descriptor);
        });
        await race.Within();
    }

    [Fact]
    public async Task AFirstAddressThatAnswersWins()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var first = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        await using var second = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        Assert.Equal(first.LocalEndPoint, await RaceAsync(loops.Loops[0], first.LocalEndPoint, second.LocalEndPoint));
        Assert.Equal(0, second.AcceptedConnections);
    }

    [Fact]
    public async Task AllAddressesFailingGivesTheLastError()
    {
        await using var loops = EventLoopGroup.Start(1);
        var failure = await Assert.ThrowsAsync<SocketException>(() => RaceAsync(loops.Loops[0], Blackhole.Refusing(), Blackhole.Refusing()));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task ANameIsResolved()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        await loops.Loops[0].RunAsync(async () =>
        {
            var connection = await Connector.ConnectAsync(new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndPoint).Port));
            connection.Close();
        }).Within();
    }

    [Fact]
    public void TheFamiliesAlternateBeginningWithTheResolversFirst()
    {
        // RFC 8305 §4.
        IPAddress[] resolved = [.. new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2" }.Select(IPAddress.Parse)];
        Assert.Equal(
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"],
            Connector.Interleave(resolved).Select(address => address.ToString()));
        Assert.Empty(Connector.Interleave([]));
    }

    private static Task<EndPoint?> RaceAsync(EventLoop loop, params EndPoint[] addresses)
        => loop.RunAsync(async () =>
        {
            var descriptor = await Connector.RaceAsync(loop, addresses, AttemptDelay, CancellationToken.None);
            var winner = SocketHandle.RemoteEndPoint(descriptor);
            SocketHandle.Close(descriptor);
            return winner;
        }).Within();
}
