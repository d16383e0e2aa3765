using System.Diagnostics;

namespace Motet.PubSub.Tests;

/// <summary>What subscriptions and deliveries cost. The figures are written out; the limits are loose, to be met on every machine.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CostTests : HubTests
{
    private const int Count = 1_000_000;

    [Fact]
    public async Task AMillionSubscriptionsToOneChannelFitIntoLittleMemory()
    {
        var clients = new MemoryClient[Count];
        var bytes = await Loop.InvokeAsync(() =>
        {
            for (var i = 0; i < Count; i++) clients[i] = MemoryClient.Open(Loop, remembers: false);
            return Measure(() =>
            {
                foreach (var client in clients) Hub.Subscribe(client, "x");
            });
        }).Within();
        Report("to one channel, of a client each", bytes, 200);
        await OnLoopAsync(() => Array.ForEach(clients, client => client.End()));
        Assert.Equal(0, Hub.GetStatistics().Channels);
    }

    [Fact]
    public async Task AMillionChannelsFitIntoLittleMemory()
    {
        var names = Enumerable.Range(0, Count).Select(i => $"user:{i}").ToArray();
        var client = await MemoryClient.OpenAsync(Loop, remembers: false);
        var bytes = await Loop.InvokeAsync(() => Measure(() =>
        {
            foreach (var name in names) Hub.Subscribe(client, name);
        })).Within();
        Report("to a channel each, of one client, without the names", bytes, 400);
        await OnLoopAsync(() =>
        {
            Hub.Publish("user:4711", "x");
            Assert.Equal(1, client.SentCount);
            client.End();
        });
        Assert.Equal(0, Hub.GetStatistics().Channels);
        GC.KeepAlive(names);
    }

    [Fact]
    public async Task ADeliveryTakesLittleTime()
    {
        var nanoseconds = await Loop.InvokeAsync(() =>
        {
            for (var i = 0; i < 1000; i++) Hub.Subscribe(MemoryClient.Open(Loop, remembers: false), "x");
            var message = new SharedMessage("hello");
            var best = double.MaxValue;
            for (var round = 0; round < 20; round++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < 500; i++) Hub.Publish("x", message);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / 500_000);
            }

            return best;
        }).Within();
        TestContext.Current.TestOutputHelper!.WriteLine($"{nanoseconds:F1} ns a delivery.");
        // Loose: it is to be met on a machine that does other things too. A search for each would not.
        Assert.InRange(nanoseconds, 0, 5000);
    }

    private static double Measure(Action action)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        action();
        return (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Count;
    }

    private static void Report(string what, double bytes, int limit)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"{Count:N0} subscriptions {what}: {bytes:F0} bytes each.");
        Assert.InRange(bytes, 1, limit);
    }
}
