using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

public class UpgradeClientTests
{
    private const string Ask = "GET /talk?x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    [Fact]
    public async Task TheHandlerHasTheClientFromTheFirstByteBehindTheRequest()
    {
        var path = "";
        var handler = new RecordingStreamHandler { Open = client => path = client.Request!.Path + client.Request!.Query, Receive = (client, message) => client.Write(message) };
        await using var server = await TestServer.StartAsync(request => request.UpgradeAsync("echo", handler));
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "first");

        var head = new RawResponse(await client.ReadHeadAsync(), []);
        Assert.Equal((101, "echo", "Upgrade"), (head.Status, head["Upgrade"], head["Connection"]));
        Assert.Equal("first", await client.ReadTextAsync(5));
        Assert.Equal("/talkx", path);
        client.EndOutput();
        await client.ExpectEndAsync();
        await handler.UntilAsync("close");
        Assert.Equal(["open", "message first", "close"], handler.Calls);
        Assert.Equal(CloseReason.PeerClosed, handler.Close.Reason);
        await server.AllClosedAsync();
    }

    [Fact]
    public async Task NoMatterWhereItIsCutNoByteIsLostOrReadAsARequest()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Query == "x") await Task.Yield();
            await request.UpgradeAsync("echo", new RecordingStreamHandler { Receive = (client, message) => client.Write(message) });
        });
        var bytes = System.Text.Encoding.ASCII.GetBytes(Ask + "GET / HTTP/1.1\r\n\r\n");
        for (var cut = 1; cut < bytes.Length; cut += 2)
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(bytes.AsMemory(0, cut));
            await server.Loop.InvokeAsync(static () => { }).Within();
            await client.SendAsync(bytes.AsMemory(cut));
            await client.ReadHeadAsync();
            Assert.Equal("GET / HTTP/1.1\r\n\r\n", await client.ReadTextAsync(18));
        }
    }

    [Fact]
    public async Task InSequenceTheClientIsNoChildOfItsRequest()
    {
        var order = new List<string>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.UpgradeAsync("echo", async client =>
            {
                order.Add($"client {CancelScope.Current is { IsCanceled: false }}");
                await foreach (var message in client.ReadAllAsync()) await client.SendAsync(message);
            });
            order.Add("request");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "abc");
        await client.ReadHeadAsync();

        Assert.Equal("abc", await client.ReadTextAsync(3));
        Assert.Equal(["request", "client True"], order);
    }

    [Fact]
    public async Task AProtocolThatWasNotOfferedIsNotSpoken()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await request.UpgradeAsync("other", new RecordingStreamHandler()));
            await Assert.ThrowsAsync<ArgumentException>(async () => await request.UpgradeAsync("a b", new RecordingStreamHandler()));
            await request.RespondAsync("still http");
        });
        using var client = await server.ConnectAsync();

        Assert.Equal("still http", (await client.AskAsync(Ask)).Body);
    }

    [Fact]
    public async Task AClientThatIsGoneBeforeItsTurnIsToldToItsHandlerOnce()
    {
        var handler = new RecordingStreamHandler();
        await using var server = await TestServer.StartAsync(request =>
        {
            var upgrade = request.UpgradeAsync("echo", handler);
            request.Connection.Abort();
            return upgrade;
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask);

        await handler.UntilAsync("close");
        Assert.Equal(["close"], handler.Calls);
        Assert.Equal(CloseReason.ConnectFailed, handler.Close.Reason);
        await server.AllClosedAsync();
    }
}
