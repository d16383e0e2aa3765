using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Motet.Tests;

/// <summary>A program on <see cref="Server"/> as a process of its own, on a port that the system chose.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ServerProcess(Process process)
    {
        _process = process;
        _reading = ReadErrorsAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => _url.Task.Result;

    public int Id => _process.Id;

    /// <summary>What it has written to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Starts the program of a project, which serves HTTP, and waits until it listens.</summary>
    public static Task<ServerProcess> StartAsync(string project, params string[] arguments) => StartAtAsync(project, 0, arguments);

    /// <summary>The same on a certain port.</summary>
    public static Task<ServerProcess> StartAtAsync(string project, int port, params string[] arguments) => StartAsIsAsync(project, ["-b", "127.0.0.1", "-p", $"{port}", .. arguments]);

    /// <summary>Starts the program of a project with no other arguments than these, and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsIsAsync(string project, params string[] arguments)
    {
        // A shell that runs the tests in the background has them ignore SIGINT, and a process inherits that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT,TERM", "dotnet", Repository.Program(project), .. arguments]) { RedirectStandardError = true };
        var server = new ServerProcess(Process.Start(start)!);
        try
        {
            await server._url.Task.Within();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Connects to where it listens.</summary>
    public async Task<StreamReader> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Url.Host, Url.Port).Within();
        return new StreamReader(client.GetStream());
    }

    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().Within();
        await _reading.Within();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await EndAsync();
        _process.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        const string Greeting = "Motet listens on ";
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors) _errors.AppendLine(line);
            if (line.StartsWith(Greeting, StringComparison.Ordinal)) _url.TrySetResult(new Uri(line[Greeting.Length..]));
        }

        _url.TrySetException(new InvalidOperationException($"The program ended before it listened: {Errors}"));
    }
}
