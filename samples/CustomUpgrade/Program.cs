// A protocol of one's own that begins with an HTTP request: `Upgrade: echo` is answered with 101, and from then on the bytes of the connection are the handler's.
// Try it with: dotnet run -c Release --project samples/CustomUpgrade, and in another terminal:
// (printf 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'; cat) | nc 127.0.0.1 3000

using Motet;
using Motet.Http;
using Motet.Net;

var server = new Server(args);
server.Http(request => request.RespondAsync("Ask for 'Upgrade: echo'.\n"));
server.Upgrade("echo", new Echo());
await server.RunAsync();

internal sealed class Echo : ClientHandler
{
    public override void OnOpen(Client client) => client.Write($"You came by {client.Request!.Path}; from now on it echoes.\n");

    public override void OnMessage(Client client, Message message) => client.Write(message);
}
