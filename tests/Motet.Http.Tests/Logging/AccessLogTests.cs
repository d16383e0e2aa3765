using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

public sealed class AccessLogTests
{
    private readonly RecordingStream _output = new();

    [Theory]
    [InlineData("GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /a?b=c HTTP/1.1\" 200 5")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "\"HEAD / HTTP/1.1\" 200 -")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "\"GET / HTTP/1.0\" 200 5")]
    [InlineData("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET http://a/b HTTP/1.1\" 200 5")]
    [InlineData("GET /\"\\ HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /\\x22\\x5C HTTP/1.1\" 200 5")]
    [InlineData("GET /chunks HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /chunks HTTP/1.1\" 200 11")]
    [InlineData("GET /counted HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /counted HTTP/1.1\" 200 11")]
    [InlineData("GET /bytes HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /bytes HTTP/1.1\" 200 3")]
    [InlineData("GET /long HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /long HTTP/1.1\" 200 100000")]
    [InlineData("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /wait HTTP/1.1\" 200 5")]
    [InlineData("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /gone HTTP/1.1\" 404 -")]
    [InlineData("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n", "\"GET /throw HTTP/1.1\" 500 -")]
    [InlineData("GET / HTTP/2.0\r\n\r\n", "\"-\" 505 -")]
    [InlineData("nonsense\r\n\r\n", "\"-\" 400 -")]
    public async Task EachRequestHasALine(string request, string expected)
    {
        var before = DateTime.UtcNow.AddSeconds(-1);
        var log = new AccessLog(_output);
        await using (var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(request);
            client.EndOutput();
            await client.ReadRestAsync();
        }

        await log.DisposeAsync();
        var line = Assert.Single(_output.Lines);
        var parts = Regex.Match(line, """^127\.0\.0\.1 - - \[(\d\d/\w\w\w/\d{4}:\d\d:\d\d:\d\d \+0000)\] (.*) (\d+\.\d\d\d)ms$""");
        Assert.True(parts.Success, line);
        Assert.Equal(expected, parts.Groups[2].Value);
        var time = DateTime.ParseExact(parts.Groups[1].Value, "dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        Assert.InRange(time, before, DateTime.UtcNow);
        if (request.Contains("/wait")) Assert.InRange(double.Parse(parts.Groups[3].Value, CultureInfo.InvariantCulture), 20 - Patience.TimerError.TotalMilliseconds, 10_000);
    }

    [Theory]
    [InlineData("Referer: http://b/\r\nUser-Agent: x \"y\" \\ \t\u00ff\r\n", "\"http://b/\" \"x \\x22y\\x22 \\x5C \\x09\\xFF\"")]
    [InlineData("", "\"-\" \"-\"")]
    public async Task ACombinedLineHasRefererAndAgent(string headers, string expected)
    {
        var log = new AccessLog(_output, AccessLogFormat.Combined);
        await using (var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            await client.AskAsync(RawClient.Get("/", headers));
            await client.SendAsync("nonsense\r\n\r\n");
            await client.ReadRestAsync();
        }

        await log.DisposeAsync();
        Assert.Equal(2, _output.Lines.Length);
        Assert.Matches($"\"GET / HTTP/1.1\" 200 5 {Regex.Escape(expected)} [0-9.]+ms$", _output.Lines[0]);
        Assert.Matches("\"-\" 400 - \"-\" \"-\" 0.000ms$", _output.Lines[1]);
    }

    [Fact]
    public async Task ALineIsCutWhereItWouldFillTheLog()
    {
        var log = new AccessLog(_output, AccessLogFormat.Combined);
        await using (var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            var quotes = new string('"', 8000);
            for (var i = 0; i < 20; i++) Assert.Equal(200, (await client.AskAsync(RawClient.Get("/" + quotes, $"Referer: {quotes}\r\nUser-Agent: {quotes}\r\n"))).Status);
        }

        await log.DisposeAsync();
        Assert.Equal(20, _output.Lines.Length);
        Assert.All(_output.Lines, line => Assert.InRange(line.Length, 20_000, 3 * 4 * 2048 + 1024));
        Assert.Equal(0, log.LinesLost);
    }

    [Fact]
    public async Task AClientThatDidNotWaitIsLoggedAs499()
    {
        var log = new AccessLog(_output);
        var started = new TaskCompletionSource();
        await using (var server = await TestServer.StartAsync(
            async request =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, request.Aborted);
            },
            options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(RawClient.Get());
            await started.Task.Within();
            client.Reset();
            await server.AllClosedAsync();
        }

        await log.DisposeAsync();
        Assert.Contains("\"GET / HTTP/1.1\" 499 - ", Assert.Single(_output.Lines));
    }

    [Fact]
    public async Task LinesComeWithoutAnEndOfTheServer()
    {
        await using var log = new AccessLog(_output);
        await using var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log });
        using var client = await server.ConnectAsync();
        for (var i = 1; i <= 3; i++)
        {
            await client.AskAsync(RawClient.Get());
            await Patience.UntilAsync(() => _output.Lines.Length == i);
        }
    }

    [Fact]
    public async Task AnOutputThatStallsCostsLinesAndNothingElse()
    {
        var log = new AccessLog(_output);
        var release = _output.Stall();
        await using (var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            var requests = string.Concat(Enumerable.Repeat(RawClient.Get("/" + new string('x', 1000)), 100));
            for (var i = 0; i < 60; i++)
            {
                await client.SendAsync(requests);
                for (var answer = 0; answer < 100; answer++) Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            }

            // 6,000 lines of a kilobyte, and four megabytes to hold them.
            Assert.InRange(log.LinesLost, 1000, 4000);
            var lost = log.LinesLost;
            release.SetResult();
            await Patience.UntilAsync(() => _output.Lines.Length >= 6000 - lost);
            await client.AskAsync(RawClient.Get("/after"));
            Assert.Equal(lost, log.LinesLost);
        }

        await log.DisposeAsync();
        Assert.Single(_output.Lines, line => line == $"# {log.LinesLost} requests are missing here: the output of the log did not keep up");
        Assert.Contains("GET /after", _output.Lines[^1]);
    }

    [Fact]
    public async Task AnOutputThatFailsCostsLinesAndNothingElse()
    {
        await using var log = new AccessLog(new FullDisk(new IOException("No space left on device")));
        await using var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log });
        using var client = await server.ConnectAsync();
        for (var i = 1; i <= 2; i++)
        {
            Assert.Equal(200, (await client.AskAsync(RawClient.Get())).Status);
            await Patience.UntilAsync(() => log.LinesLost == i);
        }
    }

    [Fact]
    public async Task TheEndDoesNotWaitForAnOutputThatStalls()
    {
        var log = new AccessLog(_output);
        var release = _output.Stall();
        await using (var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log }))
        {
            using var client = await server.ConnectAsync();
            await client.AskAsync(RawClient.Get());
        }

        await log.DisposeAsync().AsTask().Within();
        Assert.Empty(_output.Lines);
        release.SetResult();
    }

    [Fact]
    public async Task OneLogServesSeveralServers()
    {
        var log = new AccessLog(_output);
        for (var i = 0; i < 2; i++)
        {
            await using var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log });
            using var client = await server.ConnectAsync();
            await client.AskAsync(RawClient.Get($"/{i}"));
        }

        await log.DisposeAsync();
        Assert.Equal(2, _output.Lines.Length);
    }

    [Fact]
    public async Task OutputMayFailInAWayOfItsOwn()
    {
        await using var log = new AccessLog(new FullDisk(new InvalidOperationException("The writer was completed.")));
        await using var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Get());
        await Patience.UntilAsync(() => log.LinesLost == 1);
    }

    [Fact]
    public async Task LogMayEndWhileRequestsAreServed()
    {
        const int count = 5000;
        var requests = string.Concat(Enumerable.Repeat(RawClient.Get(), count));
        for (var round = 0; round < 20; round++)
        {
            var output = new RecordingStream();
            var log = new AccessLog(output);
            await using var server = await TestServer.StartAsync(ServeAsync, options: new HttpOptions { AccessLog = log });
            using var client = await server.ConnectAsync();
            var reading = client.ReadRestTextAsync();
            await client.SendAsync(requests);
            client.EndOutput();
            await log.DisposeAsync();
            Assert.Equal(count, (await reading).Split("HTTP/1.1 200 OK").Length - 1);
            Assert.All(output.Lines, static line => Assert.Matches("^127.0.0.1 - - .*ms$", line));
            Assert.Equal(0, log.LinesLost);
        }
    }

    [Fact]
    public async Task RequestThatOutlivesItsLoopIsLogged()
    {
        var log = new AccessLog(_output);
        var started = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var unhandled = new ConcurrentQueue<UnhandledLoopException>();
        var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = unhandled.Enqueue });
        var service = new HttpService(
            async request =>
            {
                started.SetResult();
                await mayEnd.Task;
            },
            options: new HttpOptions { AccessLog = log });
        var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), service.Serve);
        using var client = await RawClient.ConnectAsync(listener.LocalEndPoint);
        await client.SendAsync(RawClient.Get());
        await started.Task.Within();
        await listener.DisposeAsync();
        await loops.DisposeAsync();
        mayEnd.SetResult();
        for (var i = 0; i < 10; i++) await loops.Loops[0].InvokeAsync(static () => { }).Within();

        await log.DisposeAsync();
        Assert.Empty(unhandled);
        Assert.Contains("\"GET / HTTP/1.1\" 499 - ", Assert.Single(_output.Lines));
    }

    private static async ValueTask ServeAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/chunks":
                await request.SendChunkAsync("hello ");
                await request.SendChunkAsync("world", done: true);
                break;
            case "/counted":
                await request.SendHeadersAsync(contentLength: 11);
                await request.SendChunkAsync("hello world");
                break;
            case "/bytes":
                await request.RespondAsync(new byte[3]);
                break;
            case "/long":
                await request.RespondAsync(new string('x', 100_000));
                break;
            case "/wait":
                await Task.Delay(20);
                await request.RespondAsync("hello");
                break;
            case "/gone":
                await request.RespondAsync(HttpStatus.NotFound);
                break;
            case "/throw":
                throw new InvalidOperationException("meant");
            default:
                await request.RespondAsync("hello");
                break;
        }
    }

    /// <summary>A disk without room.</summary>
    private sealed class FullDisk(Exception exception) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw exception;
    }
}
