namespace Motet.Http.Tests;

/// <summary>What is left of connections that broke: nothing.</summary>
[Collection(nameof(Alone))]
public class LeakTests
{
    [Fact]
    public async Task NothingIsLeftOfThousandsOfBrokenConnections()
    {
        var handlers = new WaitingHandlers();
        await using var server = await TestServer.StartAsync(handlers.HandleAsync);
        var steps = DisconnectTests.Steps.Select(step => step.Data.Item2).ToArray();
        async Task BreakManyAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var client = await server.ConnectAsync();
                await client.TrySendAsync(steps[i % steps.Length]);
                if (i % 3 == 0) await Task.Yield();
                client.Reset();
            }

            await Patience.UntilAsync(() => server.Listener.AcceptedConnections == server.Connections.Count && server.Listener.OpenConnections == 0 && handlers.Running == 0);
            handlers.Failures.Clear();
        }

        await BreakManyAsync(300);
        var descriptors = Directory.GetFiles("/proc/self/fd").Length;
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        await BreakManyAsync(3000);
        server.Connections.Clear();
        await Patience.UntilAsync(() => Directory.GetFiles("/proc/self/fd").Length <= descriptors + 2, () => $"There were {descriptors} descriptors, and are {Directory.GetFiles("/proc/self/fd").Length}.");

        // Pools may have grown to their bounds; a KiB a connection would be 3 MB.
        await Patience.UntilAsync(() => GC.GetTotalMemory(forceFullCollection: true) < memory + (2 << 20));
        Assert.Empty(server.Log.Entries);
    }
}
