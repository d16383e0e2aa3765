using System.Diagnostics;

namespace Motet.Tests;

/// <summary>A script beside this file, run by the Python or Node of the system with the library of another author. The test is skipped, by name, where one of them is missing.</summary>
internal sealed class PeerScript : IAsyncDisposable
{
    private const string NodeModules = "/usr/share/nodejs";

    private readonly Process _process;

    private PeerScript(Process process) => _process = process;

    /// <summary>Starts a script, without waiting for anything.</summary>
    public static PeerScript StartOrSkip(string script, params string[] arguments)
    {
        var isPython = script.EndsWith(".py", StringComparison.Ordinal);
        var library = isPython ? "/usr/lib/python3/dist-packages/websockets" : NodeModules + "/ws";
        if (!Directory.Exists(library)) Assert.Skip($"{library} is not installed.");
        if (isPython && !File.Exists("/usr/bin/python3")) Assert.Skip("/usr/bin/python3 is not installed.");
        var start = new ProcessStartInfo(isPython ? "/usr/bin/python3" : Tool.FindOrSkip("node"), [Path.Combine(Repository.Root, "tests", "Motet.Tests", "Peers", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = NodeModules;
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        return new PeerScript(Process.Start(start)!);
    }

    /// <summary>Runs a client to its end; it has to say that it is done.</summary>
    public static async Task RunOrSkipAsync(string script, params string[] arguments)
    {
        await using var peer = StartOrSkip(script, arguments);
        var output = peer._process.StandardOutput.ReadToEndAsync();
        var error = peer._process.StandardError.ReadToEndAsync();
        await peer._process.WaitForExitAsync().Within();
        Assert.Equal(("done\n", "", 0), (await output, await error, peer._process.ExitCode));
    }

    public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().Within() ?? throw new EndOfStreamException(await _process.StandardError.ReadToEndAsync().Within());

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().Within();
        _process.Dispose();
    }
}
