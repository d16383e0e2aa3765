namespace Motet.Net.Tests;

public class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public async Task ClientsReachTheAddress(string address, string target)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 || !address.Contains(':'), "This machine has no IPv6.");
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Parse(address), 0), _ => EchoHandler.Instance);
        var bound = Assert.IsType<IPEndPoint>(listener.LocalEndPoint);
        Assert.NotEqual(0, bound.Port);

        using var client = Sockets.Connect(new IPEndPoint(IPAddress.Parse(target), bound.Port));
        client.SendText("hello");
        Assert.Equal("hello", client.ReadText(5));

        var (local, remote) = await loops.Loops[0].InvokeAsync(() =>
        {
            var connection = Assert.Single(NetLoop.Current.Open.ToArray());
            return ((IPEndPoint)connection.LocalEndPoint!, (IPEndPoint)connection.RemoteEndPoint!);
        });
        Assert.Equal(((IPEndPoint)client.LocalEndPoint!).Port, remote.Port);
        Assert.Equal(bound.Port, local.Port);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AnAddressInUseIsRefused(int loopCount)
    {
        // Also when both listeners share their ports between loops: that is not meant for a program that was started twice.
        await using var loops = EventLoopGroup.Start(loopCount);
        await using var first = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        var failure = await Assert.ThrowsAsync<SocketException>(() => Listener.StartAsync(loops, first.LocalEndPoint, _ => EchoHandler.Instance));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.Contains(first.LocalEndPoint.ToString()!, failure.Message);
    }

    [Fact]
    public async Task AnAddressCanBeUsedAgainAtOnce()
    {
        await using var loops = EventLoopGroup.Start(2);
        var first = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        using (var client = Sockets.Connect(first.LocalEndPoint))
        {
            client.SendText("x");
            client.ReadText(1);
            await first.StopAsync(TimeSpan.FromSeconds(5));
        }

        await using var second = await Listener.StartAsync(loops, first.LocalEndPoint, _ => EchoHandler.Instance);
        using var other = Sockets.Connect(second.LocalEndPoint);
        other.SendText("x");
        Assert.Equal("x", other.ReadText(1));
    }

    [Fact]
    public async Task AnAddressOfAnotherMachineIsRefused()
    {
        await using var loops = EventLoopGroup.Start(1);
        var failure = await Assert.ThrowsAsync<SocketException>(() => Listener.StartAsync(loops, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), _ => EchoHandler.Instance));
        Assert.Equal(SocketError.AddressNotAvailable, failure.SocketErrorCode);
    }
}
