using System.Text;

namespace Motet.Http.Tests;

/// <summary>Far more requests than anybody answers at once.</summary>
[Collection(nameof(Alone))]
public class PipelineFloodTests
{
    private const int Many = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FloodCostsNoMemoryAndIsAnsweredInOrder(bool waits)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            if (waits) await Task.Yield();
            await request.RespondAsync(request.Path);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var requests = new StringBuilder();
        for (var i = 0; i < Many; i++) requests.Append(RawClient.Get($"/{i}"));
        var bytes = Encoding.ASCII.GetBytes(requests.ToString());
        requests = null;

        // The requests are 3.5 MB and the answers 12 MB. Nothing is read until everything rests: then what was not handled is with the client and the kernel.
        await client.AskAsync(RawClient.Get("/warm"));
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var sending = client.SendAsync(bytes);
        await server.HeldAsync();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, memory + (2 << 20));
        Assert.InRange(server.Connections.First().Pending, 1, (64 * 1024) + 4096);
        Assert.InRange(handled, 1, Many - 1);

        // The strings of the responses would be most of what is measured.
        var expected = 0;
        var most = 0L;
        while (expected < Many)
        {
            var head = await client.ReadHeadAsync();
            var length = $"/{expected}".Length;
            Assert.EndsWith($"Content-Length: {length}", head);
            Assert.Equal($"/{expected}", await client.ReadTextAsync(length));
            if (++expected % 10_000 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
        }

        Assert.InRange(most, 0, memory + (2 << 20));
        await sending;
        Assert.Equal(Many + 1, handled);
    }
}
