using Npgsql;

namespace Motet.Runtime.Tests;

/// <summary>A database driver that knows nothing of event loops, awaited on one.</summary>
public class NpgsqlTests(PostgresServer server)
{
    [Fact]
    public async Task AwaitsOfADriverComeBackToTheLoop()
    {
        await using var source = NpgsqlDataSource.Create(await server.GetConnectionStringAsync());
        using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            Assert.True(loop.IsCurrent);
            await using var command = new NpgsqlCommand("select 1", connection);
            Assert.Equal(1, await command.ExecuteScalarAsync());
            Assert.True(loop.IsCurrent);
        }).Within();
    }

    [Fact]
    public async Task ACancelledQueryComesBackToTheLoopAndLeavesTheConnectionUsable()
    {
        await using var source = NpgsqlDataSource.Create(await server.GetConnectionStringAsync());
        using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            using var cancel = new CancellationTokenSource();
            await using var command = new NpgsqlCommand("select pg_sleep(600)", connection) { CommandTimeout = 0 };
            var query = command.ExecuteNonQueryAsync(cancel.Token);
            await UntilAsleepAsync(source, connection.ProcessID);
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
            Assert.True(loop.IsCurrent);
            await using var next = new NpgsqlCommand("select 1", connection);
            Assert.Equal(1, await next.ExecuteScalarAsync());
        }).Within();
    }

    private static async Task UntilAsleepAsync(NpgsqlDataSource source, int process)
    {
        await using var look = source.CreateCommand($"select wait_event from pg_stat_activity where pid = {process}");
        while (await look.ExecuteScalarAsync() is not "PgSleep") await Task.Delay(1);
    }
}
