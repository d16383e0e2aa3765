using Npgsql;

namespace Motet.Runtime.Tests;

/// <summary>A database driver in coprocesses.</summary>
public class NativeSqlTests(PostgresServer server)
{
    [Theory, CombinatorialHomes]
    public Task AQueryComesBackToItsCoprocess(Home home) => RunAsync(home, async source =>
    {
        var self = Coprocess.Current;
        var loop = EventLoop.Current;
        await using var connection = await source.OpenConnectionAsync(CancelScope.CurrentToken);
        Assert.Same(self, Coprocess.Current);
        Assert.Same(loop, EventLoop.Current);
        await using var command = new NpgsqlCommand("select i from generate_series(1, 1000) i", connection);
        await using var reader = await command.ExecuteReaderAsync(CancelScope.CurrentToken);
        var sum = 0;
        while (await reader.ReadAsync(CancelScope.CurrentToken)) sum += reader.GetInt32(0);
        Assert.Equal(500_500, sum);
        Assert.Same(self, Coprocess.Current);
        Assert.Same(loop, EventLoop.Current);
    });

    [Theory, CombinatorialHomes]
    public Task AQueryThatAScopeCutsShortLeavesTheConnectionUsable(Home home) => RunAsync(home, async source =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var loop = EventLoop.Current;
        var scope = new CancelScope();
        Assert.False(await scope.RunAsync(() => SleepAsync(source, connection, scope, scope)));
        Assert.True(scope.CancelCaught);
        Assert.Same(loop, EventLoop.Current);
        await using var next = new NpgsqlCommand("select 1", connection);
        Assert.Equal(1, await next.ExecuteScalarAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AnInnerScopeLeavesTheCancelOfAnOuterOneAlone(Home home) => RunAsync(home, async source =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var outer = new CancelScope();
        var inner = new CancelScope();
        var wentOn = false;
        Assert.False(await outer.RunAsync(async () =>
        {
            await inner.RunAsync(() => SleepAsync(source, connection, inner, outer));
            wentOn = true;
        }));
        Assert.True(outer.CancelCaught);
        Assert.False(inner.CancelCaught);
        Assert.False(wentOn);
    });

    [Theory, CombinatorialHomes]
    public Task APoolDiscardsTheConnectionOfAQueryThatAScopeCutsShort(Home home) => RunAsync(home, async source =>
    {
        await using var pool = new ResourcePool<NpgsqlConnection>(new ResourcePoolOptions<NpgsqlConnection> { Limit = 1, Create = async token => await source.OpenConnectionAsync(token) });
        var scope = new CancelScope();
        Assert.False(await scope.RunAsync(() => pool.RunAsync(connection => SleepAsync(source, connection, scope, scope))));
        Assert.Equal(1, pool.GetStatistics().Discarded);
        Assert.Equal(1, await pool.RunAsync(async connection =>
        {
            await using var next = new NpgsqlCommand("select 1", connection);
            return (int)(await next.ExecuteScalarAsync())!;
        }));
        Assert.Equal(2, pool.GetStatistics().Created);
    });

    /// <summary>Runs a query without end in one scope, and cancels another one when it runs.</summary>
    private static async Task SleepAsync(NpgsqlDataSource source, NpgsqlConnection connection, CancelScope scope, CancelScope canceled)
    {
        await using var command = new NpgsqlCommand("select pg_sleep(600)", connection) { CommandTimeout = 0 };
        var query = command.ExecuteNonQueryAsync(scope.Token);
        await using var look = source.CreateCommand($"select wait_event from pg_stat_activity where pid = {connection.ProcessID}");
        while (await look.ExecuteScalarAsync(scope.Token) is not "PgSleep") await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
        canceled.Cancel();
        await query;
    }

    private async Task RunAsync(Home home, Func<NpgsqlDataSource, Task> body)
    {
        await using var source = NpgsqlDataSource.Create(await server.GetConnectionStringAsync());
        await home.RunAsync(() => Coprocess.Spawn(() => body(source)).AsTask());
    }
}
