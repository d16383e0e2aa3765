// Code that knows nothing of Motet, in coprocesses on an event loop: it comes back to the loop, and ends with the scope.
// Try it with: dotnet run -c Release --project samples/NativeCode, or with one of http, sql, delay, channel after it; for sql: samples/with-postgres dotnet run -c Release --project samples/NativeCode sql

using System.Threading.Channels;
using Motet;
using Motet.Runtime;
using Npgsql;

string[] parts = args.Length > 0 ? args : ["http", "sql", "delay", "channel"];
await using var loop = EventLoop.Start(new EventLoopOptions { Name = "loop" });
await loop.RunAsync(async () =>
{
    foreach (var part in parts)
    {
        await (part switch
        {
            "http" => HttpAsync(),
            "sql" => SqlAsync(),
            "delay" => DelayAsync(),
            "channel" => ChannelAsync(),
            _ => throw new ArgumentException($"'{part}' is none of http, sql, delay, channel."),
        });
    }
});

static async Task HttpAsync()
{
    await using var server = new Server(new ServerOptions { Loops = 1 });
    server.Listen("http://127.0.0.1:0");
    server.Http("/hello", request => request.RespondAsync("Hello!\n"));
    server.Http("/never", async request => await Task.Delay(Timeout.Infinite, request.Aborted));
    await server.StartAsync();
    using var http = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoints[0]}") };
    await ShowAsync("http", token => http.GetStringAsync("/hello", token), token => http.GetStringAsync("/never", token));
}

static async Task SqlAsync()
{
    if (Environment.GetEnvironmentVariable("PGHOST") is not { } host)
    {
        Console.WriteLine("sql: skipped, PGHOST names no PostgreSQL.");
        return;
    }

    await using var source = NpgsqlDataSource.Create($"Host={host}");
    await using var quick = source.CreateCommand("select 1");
    await using var slow = source.CreateCommand("select pg_sleep(600)");
    await ShowAsync("sql", quick.ExecuteScalarAsync, slow.ExecuteScalarAsync);
}

static Task DelayAsync() => ShowAsync("delay", token => Task.Delay(10, token), token => Task.Delay(Timeout.Infinite, token));

static async Task ChannelAsync()
{
    var channel = Channel.CreateUnbounded<int>();
    _ = Task.Run(() => channel.Writer.WriteAsync(1));
    await ShowAsync("channel", token => channel.Reader.ReadAsync(token).AsTask(), token => channel.Reader.ReadAsync(token).AsTask());
}

// What takes a token gets that of the scope; the exception that comes out of a cancel ends at the scope.
static async Task ShowAsync(string name, Func<CancellationToken, Task> quick, Func<CancellationToken, Task> endless)
{
    await Coprocess.Spawn(async () =>
    {
        await quick(CancelScope.CurrentToken);
        Console.WriteLine($"{name}: back on {EventLoop.Current?.Name ?? "another thread"}");
        var isComplete = await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(200), scope => endless(scope.Token));
        Console.WriteLine($"{name}: {(isComplete ? "complete" : "cut short")} on {EventLoop.Current?.Name ?? "another thread"}");
    }).JoinAsync();
}
