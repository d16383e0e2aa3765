using System.Diagnostics;
using System.Globalization;

namespace Motet.Net.Tests;

/// <summary>
/// The child process of <see cref="DescriptorExhaustionTests"/>: an echo server under a low limit of descriptors. Prints its port, then answers each line of
/// its input with figures, and ends with its input.
/// </summary>
internal static class FewDescriptors
{
    public const string Argument = "--few-descriptors";

    public static async Task<int> RunAsync()
    {
        var margin = int.Parse(Environment.GetEnvironmentVariable("MOTET_TEST_MARGIN")!, CultureInfo.InvariantCulture);
        await using var loops = EventLoopGroup.Start(1);
        var options = new ListenerOptions { DescriptorMargin = margin, OverloadAnswer = "busy"u8.ToArray() };
        var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance, options);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint).Port);
        using var process = Process.GetCurrentProcess();
        while (Console.ReadLine() is { } line)
        {
            if (line == "files")
            {
                // What the margin is for.
                var files = Enumerable.Range(0, margin / 2).Select(_ => File.OpenRead("/dev/null")).ToArray();
                foreach (var file in files) file.Dispose();
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{listener.OpenConnections} {listener.ShedConnections} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F0}"));
        }

        await listener.DisposeAsync();
        return 0;
    }
}
