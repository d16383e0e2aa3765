using System.Diagnostics;
using System.Text;

namespace Motet.Tests;

/// <summary>A program of the system that a test runs against the server. The test is skipped, by name, where it is not installed.</summary>
internal static class Tool
{
    public static string FindOrSkip(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path) return path;
        Assert.Skip($"{name} is not installed.");
        return "";
    }

    public static async Task<ToolResult> RunAsync(string name, params string[] arguments)
    {
        using var process = Start(name, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().Within();
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolResult(process.ExitCode, await output.Within(), await error.Within());
    }

    public static Process Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(FindOrSkip(name), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        return Process.Start(start)!;
    }
}
