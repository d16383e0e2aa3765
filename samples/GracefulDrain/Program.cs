// A server that ends in two phases: at SIGTERM it takes no new work, and finishes what is under way; what is not finished after a grace period is cut short.
// Try it with: dotnet run -c Release --project samples/GracefulDrain, and in another terminal: nc 127.0.0.1 7000; each line is work. Then press Ctrl-C.
// Arguments: the port (0: the system chooses), the seconds that work takes, and those of the grace period.

using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Motet.Net;
using Motet.Runtime;

var port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7000;
var workTime = Seconds(1, otherwise: 3);
var gracePeriod = Seconds(2, otherwise: 5);

await using var loops = EventLoopGroup.Start(1);
await loops.Loops[0].RunAsync(() => Nursery.RunAsync(async nursery =>
{
    await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, port), connection => nursery.Spawn(() => ServeAsync(connection)).WaitForEndAsync());
    Console.WriteLine($"Listening on {listener.LocalEndPoint}; Ctrl-C ends it.");

    var signal = await Signals.WaitAsync([PosixSignal.SIGINT, PosixSignal.SIGTERM]);
    Console.WriteLine($"{signal}: no new work from now on.");
    nursery.Scope.Drain(gracePeriod, reason: "The server stops.");
    await listener.StopAsync(gracePeriod + TimeSpan.FromSeconds(2));
}));
Console.WriteLine("The end.");

async Task ServeAsync(Connection connection)
{
    var buffer = new byte[4096];

    // The wait for work ends when the soft phase begins, the work itself when the hard one does.
    while (await CancelScope.UntilDrainingAsync(async () => await connection.ReadAsync(buffer), otherwise: 0) > 0)
    {
        Console.WriteLine("Work begins.");
        try
        {
            await Coprocess.SleepAsync(workTime);
            await connection.WriteAsync("Done.\n"u8.ToArray());
            Console.WriteLine("Work is done.");
        }
        catch (OperationCanceledException)
        {
            // Everything that waits is cancelled at its entry by now. Cleanup that has to wait gets a shield, and a limit of its own.
            await CancelScope.ShieldAsync(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ => await connection.WriteAsync("Cut short, try again later.\n"u8.ToArray())));
            Console.WriteLine("Work is cut short.");
            throw;
        }
    }
}

TimeSpan Seconds(int argument, double otherwise) => TimeSpan.FromSeconds(args.Length > argument ? double.Parse(args[argument], CultureInfo.InvariantCulture) : otherwise);
