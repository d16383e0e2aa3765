// What comes again, and what comes later: a beat that does not drift, a pulse for many, a loop at a pace, work for later. Ends by itself.
// Try it with: dotnet run -c Release --project samples/TimerLoop

using System.Diagnostics;
using System.Globalization;
using Motet.Runtime;

await using var loop = EventLoop.Start();
await loop.RunAsync(() => Nursery.RunAsync(async nursery =>
{
    var start = Stopwatch.GetTimestamp();
    void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s  {text}"));

    // Due at 0.2, 0.4, 0.6 … seconds, although each round takes 0.15: the time that the work takes does not add up.
    nursery.Spawn(async () =>
    {
        await foreach (var tick in Every.Seconds(0.2))
        {
            Say($"beat {tick.Number}");
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(0.15));
            if (tick.Number >= 10) return;
        }
    });

    // Half a second of work for a beat of 0.2 seconds: those that are missed are left out, and counted.
    nursery.Spawn(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(2), async _ =>
    {
        await foreach (var tick in Every.Seconds(0.2))
        {
            Say($"busy beat {tick.Number}, {tick.Missed} missed");
            await Coprocess.SleepAsync(TimeSpan.FromSeconds(0.5));
        }
    }));

    // One beat that several wait for.
    using var pulse = new Pulse(TimeSpan.FromSeconds(0.5));
    foreach (var name in (string[])["left", "right"])
    {
        nursery.Spawn(async () =>
        {
            while (await pulse.WaitAsync()) Say($"pulse for {name}");
        });
    }

    nursery.SpawnLoop(
        () =>
        {
            Say("paced loop");
            return Task.CompletedTask;
        },
        new Throttler(ratePerSecond: 4),
        count: 8);

    nursery.SpawnAfter(TimeSpan.FromSeconds(1), () =>
    {
        Say("later");
        return Task.CompletedTask;
    });

    // The nursery ends when all have: the pulse has no end of its own.
    await Coprocess.SleepAsync(TimeSpan.FromSeconds(2.2));
}));
Console.WriteLine("The end.");
