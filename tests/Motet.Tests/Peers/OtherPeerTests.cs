using System.Text;
using Motet.Http;
using Motet.Net;

namespace Motet.Tests;

/// <summary>Event streams and raw clients with the tools that people have.</summary>
public class OtherPeerTests
{
    [Fact]
    public async Task CurlShowsEventsAsTheyComeAndTheirEnd()
    {
        await using var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.EventSource("/events", async stream =>
        {
            stream.SendEvent("first\nof two lines", id: "1");
            await heard.Task;
            stream.SendEvent("second \u2713", id: "2", eventName: "other");
            stream.Write("third");
        });
        await server.StartAsync();
        using var curl = Tool.Start("curl", "-sSN", "-i", $"http://{server.EndPoints[0]}/events");
        var head = new StringBuilder();
        while (await curl.StandardOutput.ReadLineAsync().Within() is { Length: > 0 } line) head.Append(line).Append('\n');
        Assert.StartsWith("HTTP/1.1 200 OK", head.ToString());
        Assert.Contains("Content-Type: text/event-stream", head.ToString());
        while (await curl.StandardOutput.ReadLineAsync().Within() is { } line && line != "data: of two lines") Assert.NotEqual("event: other", line);

        // The first was here before the second was sent.
        heard.SetResult();
        var rest = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(await curl.StandardOutput.ReadToEndAsync().Within()));
        Assert.Contains("event: other\n", rest);
        Assert.Contains("data: second \u2713\n", rest);
        Assert.EndsWith("data: third\n\n", rest);
        await curl.WaitForExitAsync().Within();
        Assert.Equal(0, curl.ExitCode);
    }

    [Fact]
    public async Task CurlThatLeavesIsNoticed()
    {
        await using var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        var left = new TaskCompletionSource<CloseDetails>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.EventSource("/events", async stream =>
        {
            // curl shows what comes when a body comes.
            stream.SendEvent("first");
            Assert.Null(await stream.ReceiveAsync());
            left.SetResult(stream.CloseDetails);
        });
        await server.StartAsync();
        using var curl = Tool.Start("curl", "-sSN", $"http://{server.EndPoints[0]}/events");
        Assert.Equal("data: first", await curl.StandardOutput.ReadLineAsync().Within());
        curl.Kill();
        Assert.NotEqual(CloseReason.None, (await left.Task.Within()).Reason);
    }

    [Fact]
    public async Task NetcatIsARawClient()
    {
        await using var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("tcp://127.0.0.1:0", new PeerEcho());
        await server.StartAsync();
        var raw = (System.Net.IPEndPoint)server.EndPoints.Last();
        using var netcat = Tool.Start("nc", "-N", "127.0.0.1", raw.Port.ToString());
        for (var i = 0; i < 10; i++)
        {
            await netcat.StandardInput.WriteAsync($"line {i}\n");
            await netcat.StandardInput.FlushAsync();
            Assert.Equal($"line {i}", await netcat.StandardOutput.ReadLineAsync().Within());
        }

        netcat.StandardInput.Close();
        Assert.Equal("", await netcat.StandardOutput.ReadToEndAsync().Within());
        await netcat.WaitForExitAsync().Within();
        Assert.Equal(0, netcat.ExitCode);
    }
}
