namespace Motet.Tests;

public sealed class NativeCodeTests(PostgresServer server)
{
    [Fact]
    public async Task EverythingComesBackToTheLoopAndEndsWithItsScope()
    {
        var environment = new Dictionary<string, string> { ["PGHOST"] = (await server.GetConnectionStringAsync()).Split(';')[0]["Host=".Length..], ["PGUSER"] = "postgres" };
        await using var sample = SampleProcess.Start("NativeCode", environment);
        Assert.Equal(((string[])["http", "sql", "delay", "channel"]).SelectMany(Lines), await sample.EndAsync());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("delay")]
    [InlineData("channel")]
    public async Task APartIsShownAlone(string part) => Assert.Equal(Lines(part), await SampleProcess.RunAsync("NativeCode", part));

    [Fact]
    public async Task WithoutPostgresThatPartIsSkippedWithAWord() => Assert.Equal(["sql: skipped, PGHOST names no PostgreSQL."], await SampleProcess.RunAsync("NativeCode", "sql"));

    private static string[] Lines(string part) => [$"{part}: back on loop", $"{part}: cut short on loop"];
}
