namespace Motet.Http.Tests;

/// <summary>What a message costs the collector: nothing.</summary>
[Collection(nameof(Alone))]
public class WebSocketAllocationTests
{
    private const int Round = 10_000;

    [Theory]
    [InlineData("callbacks", 1, 13)]
    [InlineData("callbacks", 16, 13)]
    [InlineData("callbacks", 1, 3000)]
    [InlineData("callbacks", 8, 20_000)]
    [InlineData("fragments", 4, 13)]
    [InlineData("sequence", 1, 13)]
    [InlineData("sequence", 16, 13)]
    public async Task AnEchoAllocatesNothing(string style, int together, int length)
    {
        var meter = new AllocationMeter(Round);
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (style != "sequence")
            {
                await request.AcceptWebSocketAsync(new CountingEcho(meter));
                return;
            }

            await request.AcceptWebSocketAsync(async socket =>
            {
                while (await socket.ReceiveAsync() is { } message)
                {
                    meter.Count();
                    await socket.SendAsync(message);
                }
            });
        });
        using var socket = await RawWebSocket.ConnectAsync(server);
        var payload = new byte[length];
        byte[] message = style == "fragments"
            ? [.. RawFrame.Bytes(RawFrame.Text, payload), .. RawFrame.Bytes(RawFrame.Final, payload)]
            : RawFrame.Bytes(RawFrame.Final | RawFrame.Text, payload);
        byte[] bytes = [.. Enumerable.Repeat(message, together).SelectMany(static frame => frame)];
        var answer = together * RawFrame.Bytes(RawFrame.Final | RawFrame.Text, new byte[style == "fragments" ? 2 * length : length], isMasked: false).Length;
        var buffer = new byte[answer];
        var tcp = socket.Client.Socket;
        for (var i = 0; i < meter.MaxCalls + together && !meter.IsDone; i += together)
        {
            tcp.Send(bytes);
            for (var left = answer; left > 0;) left -= tcp.Receive(buffer, 0, left, System.Net.Sockets.SocketFlags.None);
        }

        Assert.Equal(0, meter.Allocated);
    }

    private sealed class CountingEcho(AllocationMeter meter) : Net.ClientHandler
    {
        public override void OnMessage(Net.Client client, Net.Message message)
        {
            meter.Count();
            client.Write(message);
        }
    }
}
