using System.Text;

namespace Motet.Http.Tests;

/// <summary>Handshakes, good and bad, over sockets. RFC 6455 §4.</summary>
public class HandshakeRowTests(EchoServer server) : IClassFixture<EchoServer>
{
    [Fact]
    public async Task EachHandshakeIsAnsweredAsItDeserves()
    {
        var failures = new List<string>();
        foreach (var row in HandshakeRow.All)
        {
            try
            {
                await CheckAsync(row);
            }
            catch (Exception exception)
            {
                failures.Add($"{row}: {exception.Message}");
            }
        }

        await server.CheckAsync();
        if (failures.Count > 0) Assert.Fail(string.Join('\n', failures));
    }

    [Theory]
    [InlineData(EchoServer.Callback)]
    [InlineData(EchoServer.Sequential)]
    public async Task FramesBehindTheHandshakeBelongToTheSocketWhereverTheStreamIsCut(string path)
    {
        byte[] frames = [.. AttackFrame.Text("a").Encode(true), .. AttackFrame.Ping("b").Encode(true), .. AttackFrame.Text("c").More.Encode(true), .. AttackFrame.Continue("d").Encode(true), .. AttackFrame.Close(1000).Encode(true)];
        byte[] stream = [.. Encoding.ASCII.GetBytes(FramePeer.Handshake(path)), .. frames];
        for (var at = 0; at < stream.Length; at += at < stream.Length - frames.Length - 8 ? 5 : 1)
        {
            using var client = await server.Server.ConnectAsync();
            await client.SendAsync(stream.AsMemory(0, at));
            if (at > 0) await server.SettleAsync();
            await client.SendAsync(stream.AsMemory(at));
            Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
            Assert.Equal("8101618A0162810263648802" + "03E8", Convert.ToHexString(await client.ReadRestAsync()));
        }
    }

    [Fact]
    public async Task HandshakeByteByByteIsAHandshake()
    {
        using var client = await server.Server.ConnectAsync();
        foreach (var c in FramePeer.Handshake(EchoServer.Callback))
        {
            await client.SendAsync($"{c}");
            await server.SettleAsync();
        }

        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        using var peer = FramePeer.Of(client.Socket, isClient: true, isCompressed: false);
        await peer.EchoAsync("hello");
    }

    [Fact]
    public async Task WebSocketBeginsBehindRequestsOnTheSameConnection()
    {
        using var client = await server.Server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/other") + RawClient.Get("/other") + FramePeer.Handshake(EchoServer.Callback));
        Assert.Equal("other", (await client.ReadResponseAsync()).Body);
        Assert.Equal("other", (await client.ReadResponseAsync()).Body);
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        using var peer = FramePeer.Of(client.Socket, isClient: true, isCompressed: false);
        await peer.EchoAsync("hello");
    }

    private async Task CheckAsync(HandshakeRow row)
    {
        using var client = await server.Server.ConnectAsync();
        await client.SendAsync(row.Request);
        if (row.Status == 101)
        {
            CheckHead(row, await client.ReadHeadAsync());
        }
        else
        {
            var response = await client.ReadResponseAsync(row.Request.StartsWith("HEAD ", StringComparison.Ordinal));
            CheckHead(row, response.Head);
            Assert.DoesNotContain("Sec-WebSocket-Accept", response.Head, StringComparison.OrdinalIgnoreCase);
            if (response["Connection"] == "close")
            {
                await client.ExpectEndAsync();
                return;
            }

            // A refusal is an answer like others: the next handshake may be better.
            await client.SendAsync(FramePeer.Handshake(EchoServer.Callback));
            Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        }

        using var peer = FramePeer.Of(client.Socket, isClient: true, isCompressed: false);
        await peer.EchoAsync("hello");
        await peer.SendAsync(AttackFrame.Close(1000));
        await peer.ExpectAsync("close 1000");
        Assert.Null(await peer.NextAsync());
    }

    private static void CheckHead(HandshakeRow row, string head)
    {
        Assert.StartsWith($"HTTP/1.1 {row.Status} ", head);
        Assert.Contains(row.Expected, head);
        if (row.Unexpected is { } unexpected) Assert.DoesNotContain(unexpected, head);
    }
}
