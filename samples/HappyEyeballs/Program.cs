// Connects to the first of several addresses that answers, as browsers do ("happy eyeballs", RFC 8305): an address that is silent costs 250 ms and not minutes, and one that refuses costs nothing.
// Try it with: dotnet run -c Release --project samples/HappyEyeballs

using System.Net;
using System.Net.Sockets;
using HappyEyeballs;
using Motet.Net;
using Motet.Runtime;

var headStart = TimeSpan.FromMilliseconds(250);

await using var loops = EventLoopGroup.Start(1);
await loops.Loops[0].RunAsync(async () =>
{
    using var silent = new SilentListener();
    using var refusing = new Socket(SocketType.Stream, ProtocolType.Tcp);
    refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    await using var answering = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), GreetAsync);

    EndPoint[] addresses = [silent.EndPoint, refusing.LocalEndPoint!, answering.LocalEndPoint];
    string[] names = ["silent", "refusing", "answering"];
    var contenders = addresses.Zip(names, (address, name) => new Func<Task<Connection>>(() => ConnectAsync(name, address)));

    await using var winner = await Flow.RaceAsync(contenders, headStart);
    using var reader = new StreamReader(winner.AsStream());
    Console.WriteLine($"The winner says: {await reader.ReadLineAsync()}");
});

// Each runs in a coprocess of its own. Those that lose are cancelled and waited for; a connection that one of them had made by then is disposed of.
static async Task<Connection> ConnectAsync(string name, EndPoint address)
{
    Console.WriteLine($"{name}: trying");
    try
    {
        var connection = await Connector.ConnectAsync(address);
        Console.WriteLine($"{name}: connected");
        return connection;
    }
    catch (SocketException exception)
    {
        Console.WriteLine($"{name}: {exception.SocketErrorCode}");
        throw;
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine($"{name}: given up");
        throw;
    }
}

static async ValueTask GreetAsync(Connection connection) => await connection.WriteAsync("Hello!\n"u8.ToArray());
