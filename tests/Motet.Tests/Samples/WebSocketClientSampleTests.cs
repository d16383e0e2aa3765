using System.Net;

namespace Motet.Tests;

public sealed class WebSocketClientSampleTests
{
    [Fact]
    public async Task WithoutAUrlItTalksWithAnEchoOfItsOwn()
    {
        await using var sample = SampleProcess.Start("WebSocketClient");
        Assert.Equal("* Connected.", await sample.NextLineAsync());
        await sample.TellAsync("Hello ✓");
        sample.EndInput();
        Assert.Equal(["Hello ✓", "* Not connected: 1000 "], await sample.EndAsync());
    }

    [Fact]
    public async Task ItComesBackToAServerThatWasAway()
    {
        var server = await ServeAsync(0);
        var port = ((IPEndPoint)server.EndPoints[0]).Port;
        await using var sample = SampleProcess.Start("WebSocketClient", $"ws://127.0.0.1:{port}/");
        Assert.Equal("* Connected.", await sample.NextLineAsync());
        await server.StopAsync().Within();
        Assert.StartsWith("* Not connected: 1001", await sample.NextLineAsync());

        await using var again = await ServeAsync(port);
        while (await sample.NextLineAsync() is var line && line != "* Connected.") Assert.StartsWith("* Not connected: ", line);
        await sample.TellAsync("Hello");
        Assert.Equal("Hello again", await sample.NextLineAsync());
    }

    private static async Task<Server> ServeAsync(int port)
    {
        var server = new Server();
        server.WebSocket("/", async socket =>
        {
            await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync($"{message} again");
        });
        server.Listen($"http://127.0.0.1:{port}");
        await server.StartAsync().Within();
        return server;
    }
}
