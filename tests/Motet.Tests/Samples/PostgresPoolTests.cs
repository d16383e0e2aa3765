namespace Motet.Tests;

public sealed class PostgresPoolTests(PostgresServer server)
{
    [Fact]
    public async Task FiftyQueriesShareEightConnectionsAndTheTimerTicksMeanwhile()
    {
        var environment = new Dictionary<string, string> { ["ConnectionStrings__Pool"] = await server.GetConnectionStringAsync() };
        await using var sample = SampleProcess.Start("PostgresPool", environment);
        var lines = await sample.EndAsync();
        Assert.Equal("Connections after the preheating: 8", lines[0]);
        Assert.Equal("Sum of 50 answers: 1275", lines[1]);
        Assert.StartsWith("Connections made: 8; the most that waited for one at once: ", lines[2]);

        // Seven rounds of 50 ms are 35 ticks where nobody else wants the machine.
        var ticks = int.Parse(lines[3]["Ticks meanwhile: ".Length..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(ticks, 5, 10_000);
    }

    [Fact]
    public async Task WithoutPostgresItSaysSoAndFails()
    {
        await using var sample = SampleProcess.Start("PostgresPool", new Dictionary<string, string> { ["PGHOST"] = "/nowhere" });
        Assert.Empty(await sample.EndAsync(exitCode: 1));
        Assert.StartsWith("There is no PostgreSQL at /nowhere: ", await sample.ErrorsAsync());
    }

    [Fact]
    public async Task ItFindsTheServerInTheVariablesOfPostgres()
    {
        var host = (await server.GetConnectionStringAsync()).Split(';')[0]["Host=".Length..];
        await using var sample = SampleProcess.Start("PostgresPool", new Dictionary<string, string> { ["PGHOST"] = host, ["PGUSER"] = "postgres", ["PGDATABASE"] = "postgres" });
        Assert.Contains("Sum of 50 answers: 1275", await sample.EndAsync());
    }
}
