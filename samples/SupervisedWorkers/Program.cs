// Workers that crash at random, under a supervisor that starts them again, until they crash so often that it gives up.
// Try it with: dotnet run -c Release --project samples/SupervisedWorkers

using Motet.Runtime;

var options = new SupervisorOptions { Name = "workers", MaxRestarts = 5, Period = TimeSpan.FromSeconds(10), BackOff = new RestartBackOff { Initial = TimeSpan.FromMilliseconds(20) } };
try
{
    await Supervisor.RunAsync(
        RestartStrategy.OneForOne,
        supervisor =>
        {
            supervisor.Reported += (_, report) => Console.WriteLine(report);
            foreach (var id in (string[])["ann", "bob", "cid"]) supervisor.Add(id, () => WorkAsync(id), shutdown: TimeSpan.FromSeconds(1));
            supervisor.Add("watcher", () => WatchAsync(supervisor));
        },
        options);
}
catch (SupervisorException exception)
{
    Console.WriteLine($"Gave up: {exception.Message} Crashes: {exception.Errors.Count}, the last: {exception.InnerException?.Message}");
}

static async Task WorkAsync(string id)
{
    await foreach (var step in Every.Interval(TimeSpan.FromMilliseconds(20)))
    {
        if (Random.Shared.Next(10) == 0) throw new InvalidOperationException($"{id} dropped step {step.Number}.");
    }
}

// A child like the others: it is stopped with them, in reverse order of their start.
static async Task WatchAsync(Supervisor supervisor)
{
    await foreach (var _ in Every.Interval(TimeSpan.FromMilliseconds(100)))
    {
        var counts = supervisor.GetCounts();
        var children = string.Join(", ", supervisor.Children.Select(child => $"{child.Id} {child.State} ({child.Restarts} restarts)"));
        Console.WriteLine($"{counts.Active} of {counts.Children} children run, {counts.Restarts} restarts: {children}");
    }
}
