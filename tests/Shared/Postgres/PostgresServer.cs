using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Motet.Tests.Shared.PostgresServer))]

namespace Motet.Tests.Shared;

/// <summary>
/// A real PostgreSQL for the tests of an assembly: a test class that takes it in its constructor shares it with the others. It starts when a test first asks for it and ends with the tests,
/// however they end: the script that runs it waits for the end of a pipe that this process holds.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const int NotInstalled = 77;

    private readonly Lazy<Task<string>> _starting;
    private Process? _script;

    public PostgresServer() => _starting = new(StartAsync);

    /// <summary>The file of the script, which runs any command with a server of its own.</summary>
    internal static string Script => Path.Combine(AppContext.BaseDirectory, "with-postgres");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>How to reach it. Skips the test where no PostgreSQL can run.</summary>
    public Task<string> GetConnectionStringAsync() => _starting.Value.Within();

    public async ValueTask DisposeAsync()
    {
        if (_script is null) return;
        _script.StandardInput.Close();
        await _script.WaitForExitAsync().Within();
        _script.Dispose();
    }

    private async Task<string> StartAsync()
    {
        // In a session of its own: a signal to the group of the tests, as timeout(1) sends it, must not take the script along before it has cleaned up.
        var start = new ProcessStartInfo("setsid", ["sh", Script, "sh", "-c", "echo \"$PGHOST\"; exec cat >/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _script = Process.Start(start)!;
        if (await _script.StandardOutput.ReadLineAsync() is { } host) return $"Host={host};Username=postgres;Database=postgres";

        var reason = await _script.StandardError.ReadToEndAsync();
        await _script.WaitForExitAsync();
        Assert.SkipWhen(_script.ExitCode == NotInstalled, reason.TrimEnd());
        throw new InvalidOperationException(reason);
    }
}
