// Sends back what it is sent, with callbacks: one handler object for all clients; `bye` closes, and who is silent for too long is sent goodbye.
// Try it with: dotnet run -c Release --project samples/RawEcho, and in another terminal: nc 127.0.0.1 7000
// Arguments: the port (0: the system chooses), and how many seconds of silence it bears.

using System.Globalization;
using Motet;
using Motet.Net;

var port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7000;
var patience = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10);

await using var server = new Server();
server.Listen($"tcp://127.0.0.1:{port}", new Echo(), new ClientOptions { Timeout = patience });
await server.RunAsync();

internal sealed class Echo : ClientHandler
{
    public override void OnOpen(Client client) => client.Write("Say something; 'bye' ends it.\n");

    // What arrives together is one message: a line when a person types, but nothing promises that.
    public override void OnMessage(Client client, Message message)
    {
        client.Write(message);
        if (message.Span.StartsWith("bye"u8)) client.Close();
    }

    public override void OnPing(Client client)
    {
        client.Write("Are you still there? Goodbye.\n");
        client.Close();
    }

    public override void OnShutdown(Client client) => client.Write("The server stops. Goodbye.\n");
}
