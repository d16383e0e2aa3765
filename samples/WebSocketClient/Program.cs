// A WebSocket client: sends the lines of standard input, prints what comes, and connects again when the connection is lost.
// Try it with: dotnet run -c Release --project samples/WebSocketClient, which talks with an echo of its own, or with the Chat sample:
// dotnet run -c Release --project samples/WebSocketClient -- 'ws://127.0.0.1:3000/chat?room=lobby&name=Me', where a line is {"text":"Hello"}

using Motet;
using Motet.Net;
using WebSocketClient;

await using var server = new Server();
var url = args.Length > 0 ? args[0] : await ServeEchoAsync();
var talk = new Talk();
await Client.ConnectAsync(url, talk, new ClientConnectOptions { Reconnect = new ReconnectOptions() });

while (Console.ReadLine() is { } line)
{
    if (!talk.Say(line)) Console.WriteLine("* Not sent: there is no connection.");
}

// Answers to the last lines may be on their way.
await Task.Delay(TimeSpan.FromSeconds(1));
await talk.LeaveAsync();

async Task<string> ServeEchoAsync()
{
    server.WebSocket("/echo", async socket =>
    {
        await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync(message);
    });
    server.Listen("http://127.0.0.1:0");
    await server.StartAsync();
    return $"ws://{server.EndPoints[0]}/echo";
}
