using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Motet.Tests;

/// <summary>A sample as a process of its own, which tells on standard output what it does.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private SampleProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static SampleProcess Start(string name, params string[] arguments) => Start(name, new Dictionary<string, string>(), arguments);

    public static SampleProcess Start(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // A shell that runs the tests in the background has them ignore SIGINT, and a process inherits that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", "dotnet", Repository.Program("samples/" + name), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("PG", StringComparison.Ordinal) || key == "ConnectionStrings__Pool").ToArray()) start.Environment.Remove(variable);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Runs a sample that ends by itself, without error.</summary>
    /// <returns>What it said, by line.</returns>
    public static async Task<string[]> RunAsync(string name, params string[] arguments)
    {
        await using var sample = Start(name, arguments);
        return await sample.EndAsync();
    }

    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>Says a line to it.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line).Within();
        await _process.StandardInput.FlushAsync().Within();
    }

    /// <summary>Has nothing more to say to it.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>The next line that it says.</summary>
    public async Task<string> NextLineAsync() => await _process.StandardOutput.ReadLineAsync().Within() ?? throw new EndOfStreamException(await _errors.Within());

    /// <summary>Connects to the port that it says it listens on.</summary>
    public async Task<Func<Task<StreamReader>>> ListenAsync()
    {
        var line = await NextLineAsync();
        Assert.StartsWith("Listening on 127.0.0.1:", line);
        var endPoint = IPEndPoint.Parse(line["Listening on ".Length..line.IndexOf(';', StringComparison.Ordinal)]);
        return async () =>
        {
            var client = new TcpClient();
            await client.ConnectAsync(endPoint).Within();
            return new StreamReader(client.GetStream());
        };
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="exitCode">What it has to be.</param>
    /// <returns>What it said since the last line that was read.</returns>
    public async Task<string[]> EndAsync(int exitCode = 0)
    {
        var output = await _process.StandardOutput.ReadToEndAsync().Within();
        await _process.WaitForExitAsync().Within();
        var errors = await _errors.Within();
        Assert.True(_process.ExitCode == exitCode, $"Exit code {_process.ExitCode}: {output}{errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What it wrote to standard error until its end.</summary>
    public Task<string> ErrorsAsync() => _errors.Within();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().Within();
        _process.Dispose();
    }
}
