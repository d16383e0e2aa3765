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

    [Fact]
    public async Task SharedMessagesAllocateNothingWhenTheyAreWritten()
    {
        var meter = new AllocationMeter(500);
        var messages = new[] { new SharedMessage("short"), new SharedMessage(new byte[2000]), new SharedMessage("behind"), new SharedMessage(new byte[3000]) };
        await using var server = await ClientServer.StartAsync(() => new Sharing(meter, messages));
        using var peer = server.Connect();
        for (var i = 0; i < meter.MaxCalls && !meter.IsDone; i++)
        {
            peer.SendText("?");
            Assert.Equal(5011, peer.ReadBytes(5011).Length);
        }

        Assert.Equal(0, meter.Allocated);
    }

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

    private sealed class Sharing(AllocationMeter meter, SharedMessage[] messages) : ClientHandler
    {
        public override void OnMessage(Client client, Message message)
        {
            foreach (var shared in messages) client.Write(shared);
            meter.Count();
        }
    }
}
