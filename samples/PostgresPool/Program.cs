// A pool of eight connections to PostgreSQL, fifty coprocesses that query through it, and a timer that ticks meanwhile, all on one thread.
// Try it with: samples/with-postgres dotnet run -c Release --project samples/PostgresPool, which starts a server for it, or name one in ConnectionStrings__Pool, or in PGHOST and the like.

using System.Diagnostics;
using System.Globalization;
using Motet.Runtime;
using Npgsql;

// Npgsql's own pool is off: this one is instead of it. User and database it takes from PGUSER and PGDATABASE by itself.
var address = new NpgsqlConnectionStringBuilder(Variable("ConnectionStrings__Pool") ?? $"Host={Variable("PGHOST") ?? "localhost"};Port={Variable("PGPORT") ?? "5432"}") { Pooling = false };
await using var source = NpgsqlDataSource.Create(address);

await using var loop = EventLoop.Start();
return await loop.RunAsync(async () =>
{
    await using var pool = new ResourcePool<NpgsqlConnection>(new ResourcePoolOptions<NpgsqlConnection> { Limit = 8, Create = async token => await source.OpenConnectionAsync(token) });
    try
    {
        await pool.PreheatAsync(8);
    }
    catch (AggregateException exception)
    {
        Console.Error.WriteLine($"There is no PostgreSQL at {address.Host}: {exception.InnerException!.Message}");
        return 1;
    }

    Console.WriteLine($"Connections after the preheating: {pool.GetStatistics().Idle}");
    var start = Stopwatch.GetTimestamp();
    var ticks = 0;
    var ticking = Coprocess.Spawn(async () =>
    {
        await foreach (var _ in Every.Interval(TimeSpan.FromMilliseconds(10))) ticks++;
    });

    var answers = await Flow.MapAsync(Enumerable.Range(1, 50), limit: 50, number => pool.RunAsync(connection => QueryAsync(connection, number)));
    ticking.Interrupt();

    var statistics = pool.GetStatistics();
    Console.WriteLine($"Sum of {answers.Length} answers: {answers.Sum()}");
    Console.WriteLine($"Connections made: {statistics.Created}; the most that waited for one at once: {statistics.PeakWaiting}");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ticks meanwhile: {ticks} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
    return 0;
});

static async Task<int> QueryAsync(NpgsqlConnection connection, int number)
{
    await using var command = new NpgsqlCommand("select $1 from pg_sleep(0.05)", connection) { Parameters = { new() { Value = number } } };
    return await CancelScope.CallAsync(async token => (int)(await command.ExecuteScalarAsync(token))!);
}

static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
