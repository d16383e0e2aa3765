namespace Motet.Runtime.Tests;

/// <summary>Many coprocesses that do the same again and again, each time in a scope that another thread cancels at a moment that nobody knows.</summary>
internal static class Storm
{
    /// <summary>Runs it. The cancels end at each round; other errors come out.</summary>
    /// <param name="workers">Coprocesses.</param>
    /// <param name="rounds">What each of them does.</param>
    /// <param name="round">One round: the worker's number and its random numbers.</param>
    public static Task RunAsync(int workers, int rounds, Func<int, Random, Task> round) => Nursery.RunAsync(nursery =>
    {
        for (var worker = 0; worker < workers; worker++)
        {
            var number = worker;
            nursery.Spawn(async () =>
            {
                var random = new Random(number);
                for (var left = rounds; left > 0; left--)
                {
                    await RoundAsync(random, () => round(number, random));
                    if (left % 16 == 0) await Coprocess.YieldAsync();
                }
            });
        }

        return Task.CompletedTask;
    });

    private static async Task RoundAsync(Random random, Func<Task> round)
    {
        var scope = new CancelScope();
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                scope.Cancel();
                break;
            default:
                var spins = random.Next(200);
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        Thread.SpinWait(spins);
                        scope.Cancel();
                    },
                    null);
                break;
        }

        await scope.RunAsync(round);
    }
}
