using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed partial class SystemCallTests(TestbedFixture testbed)
{
    [Fact]
    public async Task APlainRequestIsReceivedSentAndWaitedForAndNothingElse()
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(testbed.Process.Url.Host, testbed.Process.Url.Port);

        // Until the just-in-time compiler has nothing left to do with it.
        for (var i = 0; i < 2000; i++) await RequestAsync(client);

        using var strace = Tool.Start("strace", "-p", LoopThread(testbed.Process.Id));
        var seen = new StringBuilder();
        var traced = ReadTraceAsync(strace, seen);
        await Patience.UntilAsync(() => Trace(seen).Contains("attached") || strace.HasExited, () => Trace(seen));
        if (strace.HasExited) Assert.Skip($"strace may not trace here: {Trace(seen)}");

        const int Requests = 30;
        for (var i = 0; i < Requests; i++) await RequestAsync(client);
        await Patience.UntilAsync(() => CallNames(seen).Count(name => name == "sendto") == Requests && CallNames(seen)[^1] != "sendto", () => Trace(seen));
        Signals.Send(strace.Id, Signals.Interrupt);
        await traced.Within();

        // The last requests are judged: at first the compiler may still patch code under way. epoll_pwait2 is epoll_wait with a time-out in nanoseconds, a recvfrom may find
        // that there is no more, and the last wait is cut short when strace leaves.
        var calls = CallNames(seen);
        var sends = calls.Select((name, index) => (name, index)).Where(call => call.name == "sendto").Select(call => call.index).ToArray();
        var judged = calls[(sends[^11] + 1)..(sends[^1] + 1)];
        Assert.All(judged, name => Assert.Contains(name, (string[])["epoll_wait", "epoll_pwait2", "recvfrom", "sendto"]));
        Assert.True(judged.Count <= 10 * 4, Trace(seen));
    }

    private static async Task RequestAsync(Socket client)
    {
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var buffer = new byte[1024];
        var text = "";
        while (!text.EndsWith("Hello, World!", StringComparison.Ordinal))
        {
            var received = await client.ReceiveAsync(buffer).Within();
            Assert.NotEqual(0, received);
            text += Encoding.ASCII.GetString(buffer, 0, received);
        }
    }

    private static string LoopThread(int process)
    {
        foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            if (File.ReadAllText(Path.Combine(thread, "comm")).StartsWith("motet-loop-1", StringComparison.Ordinal)) return Path.GetFileName(thread);
        }

        throw new InvalidOperationException("The process has no thread with the name of a loop.");
    }

    private static async Task ReadTraceAsync(Process strace, StringBuilder seen)
    {
        while (await strace.StandardError.ReadLineAsync() is { } line)
        {
            lock (seen) seen.AppendLine(line);
        }
    }

    private static string Trace(StringBuilder seen)
    {
        lock (seen) return seen.ToString();
    }

    private static List<string> CallNames(StringBuilder seen) => [.. SystemCall().Matches(Trace(seen)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed)", RegexOptions.Multiline)]
    private static partial Regex SystemCall();
}
