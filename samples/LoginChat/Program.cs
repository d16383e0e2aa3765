// A chat for netcat in two steps: a handler asks for the name, then another one takes its place. Who does not give a name in ten seconds has to go.
// Try it with: dotnet run -c Release --project samples/LoginChat, and in two other terminals: nc 127.0.0.1 7000
// Arguments: the port (0: the system chooses), and the seconds to give a name in.

using System.Globalization;
using LoginChat;
using Motet;

var port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7000;
var patience = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10);

await using var server = new Server();
server.Listen($"tcp://127.0.0.1:{port}", new Login(patience));
await server.RunAsync();
