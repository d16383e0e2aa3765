// Sends back what it is sent, and says goodbye to clients that are silent for too long.
// Try it with: dotnet run -c Release --project samples/EchoServer, and in another terminal: nc 127.0.0.1 7000
// Arguments: the port (0: the system chooses), and how many seconds of silence it bears.

using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Motet.Net;
using Motet.Runtime;

var port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7000;
var patience = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10);

await using var loops = EventLoopGroup.Start(Environment.ProcessorCount);
await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, port), EchoAsync);
Console.WriteLine($"Listening on {listener.LocalEndPoint}; Ctrl-C ends it.");

await Signals.WaitAsync([PosixSignal.SIGINT, PosixSignal.SIGTERM]);
await listener.StopAsync(gracePeriod: TimeSpan.FromSeconds(5));

async ValueTask EchoAsync(Connection connection)
{
    var buffer = new byte[4096];
    var leftByItself = await CancelScope.MoveOnAfterAsync(patience, async scope =>
    {
        while (await connection.ReadAsync(buffer) is > 0 and var length)
        {
            scope.Deadline = Deadline.After(patience);
            await connection.WriteAsync(buffer.AsMemory(0, length));
        }
    });

    if (!leftByItself) connection.Write("Goodbye.\n"u8);
}
