namespace Motet.Net.Tests;

[Collection(nameof(AloneCollection))]
public sealed class ClientCostTests
{
    [Fact]
    public Task AnEchoedMessageAllocatesNothing() => MeasureAsync(meter => new Echo(meter));

    [Fact]
    public Task AnEchoInSequenceAllocatesNothing()
        => MeasureAsync(meter => Client.HandlerFor<Client>(async client =>
        {
            await foreach (var message in client.ReadAllAsync())
            {
                await client.SendAsync(message);
                meter.Count();
            }
        }));

    private static async Task MeasureAsync(Func<AllocationMeter, ClientHandler> create)
    {
        var meter = new AllocationMeter(500);
        await using var server = await ClientServer.StartAsync(() => create(meter));
        using var peer = server.Connect();
        for (var i = 0; i < meter.MaxCalls && !meter.IsDone; i++)
        {
            peer.SendText("0123456789");
            Assert.Equal(10, peer.ReadBytes(10).Length);
        }

        Assert.Equal(0, meter.Allocated);
    }

    private sealed class Echo(AllocationMeter meter) : ClientHandler
    {
        public override void OnMessage(Client client, Message message)
        {
            client.Write(message);
            meter.Count();
        }
    }
}
