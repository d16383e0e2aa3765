using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Motet.Runtime.Tests;

/// <summary><c>tests/SignalProgram</c> as a process of its own.</summary>
internal sealed partial class SignalProcess : IDisposable
{
    private readonly Process _process;

    private SignalProcess(Process process) => _process = process;

    public static async Task<SignalProcess> StartAsync(string mode, string signal)
    {
        // A shell that runs the tests in the background has them ignore SIGINT and SIGQUIT, and a process inherits that.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../..", "SignalProgram/bin", configuration, "net10.0/SignalProgram.dll"));
        var start = new ProcessStartInfo("env", ["--default-signal", "dotnet", program, mode, signal]) { RedirectStandardOutput = true };
        var process = new SignalProcess(Process.Start(start)!);
        await process.SaysAsync("ready");
        return process;
    }

    public static int Number(string signal) => signal switch { "HUP" => 1, "INT" => 2, "QUIT" => 3, "USR1" => (int)Signals.User1, "USR2" => (int)Signals.User2, _ => 15 };

    public static void SendTo(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    public async Task SaysAsync(string line) => Assert.Equal(line, await _process.StandardOutput.ReadLineAsync().Within());

    public void Send(string signal) => SendTo(_process.Id, Number(signal));

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().Within();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
