namespace Motet.Net.Tests;

public class DistributionTests
{
    private const int Clients = 200;

    [Fact]
    public async Task HandOffSpreadsEvenly()
    {
        var counts = await CountAsync(new IPEndPoint(IPAddress.Loopback, 0), LoopDistribution.HandOff, 4);
        Assert.Equal([Clients / 4, Clients / 4, Clients / 4, Clients / 4], counts);
    }

    [Fact]
    public async Task AUnixSocketIsHandedOff()
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}");
        var counts = await CountAsync(new UnixDomainSocketEndPoint(path), LoopDistribution.Automatic, 2);
        Assert.Equal([Clients / 2, Clients / 2], counts);
    }

    [Theory]
    [InlineData(LoopDistribution.ReusePort)]
    [InlineData(LoopDistribution.Automatic)]
    public async Task ThePortIsSharedByAllLoops(LoopDistribution distribution)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux balances shared ports.");
        var counts = await CountAsync(new IPEndPoint(IPAddress.Loopback, 0), distribution, 2);

        // A hash of the addresses: roughly half each. Less than a fifth has a probability below 1e-17.
        Assert.All(counts, count => Assert.InRange(count, Clients / 5, Clients));
        Assert.Equal(Clients, counts.Sum());
    }

    private static async Task<int[]> CountAsync(EndPoint endPoint, LoopDistribution distribution, int loopCount)
    {
        await using var loops = EventLoopGroup.Start(loopCount);
        await using var listener = await Listener.StartAsync(loops, endPoint, _ => EchoHandler.Instance, new ListenerOptions { Distribution = distribution });
        var clients = new List<Socket>();
        for (var i = 0; i < Clients; i++)
        {
            var client = Sockets.Connect(listener.LocalEndPoint);
            clients.Add(client);
            client.SendText("x");
        }

        foreach (var client in clients) Assert.Equal("x", client.ReadText(1));
        Assert.Equal(Clients, listener.AcceptedConnections);
        Assert.Equal(Clients, listener.OpenConnections);
        var counts = await Task.WhenAll(loops.Loops.Select(loop => loop.InvokeAsync(() => NetLoop.Current.Open.Length)));
        foreach (var client in clients) client.Dispose();
        return counts;
    }
}
