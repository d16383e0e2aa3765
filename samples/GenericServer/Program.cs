// A server in the manner of OTP's gen_server: a coprocess that owns its state, and is talked to by messages (casts) and calls.
// Try it with: dotnet run -c Release --project samples/GenericServer

using GenericServer;
using Motet.Runtime;

// Monitors and messages belong to a coprocess, so the program is one.
await Coprocess.Spawn(async () =>
{
    var counter = new Counter();
    for (var i = 0; i < 3; i++) counter.Add(5);
    Console.WriteLine($"Three times five is {await counter.ReadAsync()}.");

    try
    {
        await counter.ReadAsync(slowness: TimeSpan.FromMilliseconds(500), timeout: TimeSpan.FromMilliseconds(50));
    }
    catch (TimeoutException)
    {
        Console.WriteLine("A call that took too long ended without its answer.");
    }

    counter.Add(1);
    Console.WriteLine($"The next call got its own answer: {await counter.ReadAsync()}.");

    // Watching a coprocess takes its error: otherwise that would end this one, its parent.
    using var monitor = counter.Monitor();
    counter.Add(int.MaxValue);
    var exit = await Coprocess.ReceiveAsync<CoprocessExit>();
    Console.WriteLine($"The server has {exit.State.ToString().ToLowerInvariant()}: {exit.Error?.GetType().Name}.");

    try
    {
        await counter.ReadAsync();
    }
    catch (CoprocessEndedException)
    {
        Console.WriteLine("Whoever calls it now learns that at once.");
    }
}).JoinAsync();
