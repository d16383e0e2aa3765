using System.Diagnostics;
using System.Globalization;

namespace Motet.Runtime.Tests;

/// <summary>That the PostgreSQL of the tests leaves nothing behind.</summary>
public class PostgresServerTests
{
    [Fact]
    public async Task TheServerIsGoneWhenItsFixtureIsDisposed()
    {
        var server = new PostgresServer();
        string directory;
        int process;
        try
        {
            directory = (await server.GetConnectionStringAsync()).Split(';')[0]["Host=".Length..];
            process = ServerIn(directory);
            Assert.True(IsRunning(process));
        }
        finally
        {
            await server.DisposeAsync();
        }

        Assert.False(IsRunning(process));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task TheServerIsGoneWhenTheGroupOfItsUserIsKilled()
    {
        // Skips where there is none.
        await using (var other = new PostgresServer()) await other.GetConnectionStringAsync();

        // The shell stands for the tests: with tail it holds the pipe, and both die without a word.
        const string User = """tail -f /dev/null | setsid sh "$0" sh -c 'echo "$PGHOST"; exec cat >/dev/null' """;
        using var user = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", User, PostgresServer.Script]) { RedirectStandardOutput = true })!;
        string directory;
        int process;
        try
        {
            directory = await user.StandardOutput.ReadLineAsync().Within() ?? throw new EndOfStreamException();
            process = ServerIn(directory);
            Assert.True(IsRunning(process));
        }
        finally
        {
            using var kill = Process.Start("kill", ["-KILL", "--", $"-{user.Id}"]);
            await kill.WaitForExitAsync().Within();
            await user.WaitForExitAsync().Within();
        }

        await Patience.UntilAsync(() => !Directory.Exists(directory));
        Assert.False(IsRunning(process));
    }

    /// <summary>The first line of the file names the process.</summary>
    private static int ServerIn(string directory) => int.Parse(File.ReadLines(Path.Combine(directory, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static bool IsRunning(int process) => Directory.Exists($"/proc/{process}");
}
