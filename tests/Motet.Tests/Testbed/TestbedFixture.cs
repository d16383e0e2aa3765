namespace Motet.Tests;

/// <summary>One Testbed process, with one loop, for all tests that drive it from outside.</summary>
public sealed class TestbedFixture : IAsyncLifetime
{
    internal const string Project = "benchmarks/Testbed";

    private ServerProcess? _process;

    internal ServerProcess Process => _process!;

    internal HttpClient Client { get; } = new() { Timeout = Patience.Limit };

    internal Uri Url(string path) => new(Process.Url, path);

    public async ValueTask InitializeAsync()
    {
        _process = await ServerProcess.StartAsync(Project, "-t", "1");
        Client.BaseAddress = _process.Url;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null) await _process.DisposeAsync();
    }
}
