using System.Diagnostics;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>A million coprocesses asleep at once on one loop: what each takes, and how long they take to spawn and to end.</summary>
internal static class Asleep
{
    private const int Count = 1_000_000;

    public static async Task RunAsync()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            var rss = Environment.WorkingSet;
            var began = Stopwatch.GetTimestamp();
            await Nursery.RunAsync(async nursery =>
            {
                for (var count = 0; count < Count; count++) nursery.Spawn(SleepAsync);
                // Each has had its first step when this one has its next.
                await Coprocess.YieldAsync();
                Console.WriteLine($"{Count:N0} coprocesses asleep after {Stopwatch.GetElapsedTime(began).TotalSeconds:N2} s");
                Console.WriteLine($"{(GC.GetTotalMemory(forceFullCollection: true) - heap) / (double)Count:N0} bytes of heap and {(Environment.WorkingSet - rss) / (double)Count:N0} bytes of memory each");
                began = Stopwatch.GetTimestamp();
                nursery.Scope.Cancel();
                Console.WriteLine($"cancelled in {Stopwatch.GetElapsedTime(began).TotalSeconds:N2} s");
            });
            Console.WriteLine($"ended after {Stopwatch.GetElapsedTime(began).TotalSeconds:N2} s, {nameof(Coprocess.GetStatistics)}: {Coprocess.GetStatistics().Living} living");
        });
    }

    private static async Task SleepAsync() => await Coprocess.SleepAsync(TimeSpan.FromHours(1));
}
