using System.Net;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Tests;

public sealed class RouterTests
{
    private const string ForWebSocket = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    private const string ForEvents = "Accept: text/event-stream\r\n";

    [Theory]
    [InlineData("/all", "", "http")]
    [InlineData("/all?q", ForWebSocket, "websocket")]
    [InlineData("/all", "Connection: Upgrade\r\nUpgrade: WebSocket\r\n", "websocket")]
    [InlineData("/all", ForEvents, "events")]
    [InlineData("/all", ForEvents + ForWebSocket, "websocket")]
    [InlineData("/all", "Accept: */*\r\n", "http")]
    [InlineData("/all", "Accept: text/html, text/event-stream;q=0.5\r\n", "http")]
    [InlineData("/all", "Upgrade: websocket\r\n", "http")]
    [InlineData("/all", "Connection: Upgrade\r\nUpgrade: h2c\r\n", "http")]
    [InlineData("/events", "", "events")]
    [InlineData("/events", "Accept: */*\r\n", "events")]
    [InlineData("/events", ForWebSocket, "events")]
    [InlineData("/both", "", "events")]
    [InlineData("/both", ForWebSocket, "websocket")]
    [InlineData("/plain", ForWebSocket, "plain")]
    [InlineData("/plain", ForEvents, "plain")]
    [InlineData("/other", ForWebSocket, "other")]
    [InlineData("/other", "Connection: Upgrade\r\nUpgrade: echo\r\n", "echo")]
    [InlineData("/all", "Connection: Upgrade\r\nUpgrade: none, ECHO, websocket\r\n", "echo")]
    [InlineData("/all", "Connection: Upgrade\r\nUpgrade: none, talk, echo\r\n", "talk")]
    [InlineData("/all", "Connection: Upgrade\r\nUpgrade: none\r\n", "http")]
    public async Task ARequestSaysWhatOfItsPathItIsFor(string target, string lines, string expected) => Assert.EndsWith($"\r\n\r\n{expected}", await AskAsync($"GET {target}", lines));

    [Theory]
    [InlineData("GET /websocket", "", "426 Upgrade Required", "Upgrade: websocket\r\n", "Sec-WebSocket-Version: 13\r\n", "Connection: upgrade\r\n")]
    [InlineData("GET /websocket", ForEvents, "426 Upgrade Required", "Upgrade: websocket\r\n", "", "")]
    [InlineData("POST /websocket", "Content-Length: 0\r\n", "405 Method Not Allowed", "Allow: GET\r\n", "", "")]
    [InlineData("GET /events", "Accept: text/html\r\n", "406 Not Acceptable", "", "", "")]
    [InlineData("GET /events", "Accept: text/event-stream;q=0\r\n", "406 Not Acceptable", "", "", "")]
    [InlineData("POST /events", ForEvents + "Content-Length: 0\r\n", "405 Method Not Allowed", "Allow: GET\r\n", "", "")]
    [InlineData("HEAD /events", ForEvents, "405 Method Not Allowed", "Allow: GET\r\n", "", "")]
    [InlineData("GET /both", "Accept: text/html\r\n", "426 Upgrade Required", "Upgrade: websocket\r\n", "", "")]
    public async Task APathWithoutPagesSaysWhatItHas(string request, string lines, string status, string line, string secondLine, string thirdLine)
    {
        var answer = await AskAsync(request, lines);

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer);
        Assert.All([line, secondLine, thirdLine], expected => Assert.Contains(expected, answer));
    }

    [Fact]
    public async Task APostThatAcceptsEventsIsForThePage() => Assert.EndsWith("\r\n\r\nhttp", await AskAsync("POST /all", ForEvents + "Content-Length: 0\r\n"));

    [Fact]
    public async Task AnUpgradeWithABodyIsNotTaken() => Assert.EndsWith("\r\n\r\nhttp", await AskAsync("GET /all", "Connection: Upgrade\r\nUpgrade: echo\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\n"));

    [Fact]
    public async Task APageBesideClientsAllocatesNothing()
    {
        var meter = new AllocationMeter(5000);
        await using var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        server.Http("/", request =>
        {
            meter.Count();
            return request.RespondAsync("page");
        });
        server.WebSocket("/", new Logbook());
        server.EventSource("/", new Logbook());
        server.Upgrade("echo", new Logbook());
        await server.StartAsync().Within();
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        var requests = string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html, */*;q=0.8\r\n\r\n", 16));
        for (var i = 0; i < meter.MaxCalls + 16 && !meter.IsDone; i += 16)
        {
            await client.SendAsync(requests);
            for (var answers = 0; answers < 16; answers += (await client.ReceiveUntilAsync("page")).Split("page").Length - 1)
            {
            }
        }

        Assert.Equal(0, meter.Allocated);
    }

    [Fact]
    public async Task PublicFilesGoBeforePagesAndNotBeforeClients()
    {
        using var directory = new TemporaryFiles();
        directory.Write("all", "file");
        directory.Write("websocket", "file");
        var files = new StaticFiles(directory.Path);

        Assert.EndsWith("\r\n\r\nfile", await AskAsync("GET /all", "", files));
        Assert.EndsWith("\r\n\r\nwebsocket", await AskAsync("GET /all", ForWebSocket, files));
        Assert.EndsWith("\r\n\r\nevents", await AskAsync("GET /all", ForEvents, files));
        Assert.EndsWith("\r\n\r\nfile", await AskAsync("GET /websocket", "", files));
        Assert.EndsWith("\r\n\r\nplain", await AskAsync("GET /plain", "", files));
        Assert.EndsWith("\r\n\r\nother", await AskAsync("GET /other", "", files));
    }

    private static async Task<string> AskAsync(string request, string lines, StaticFiles? files = null, string body = "")
    {
        HttpHandler Says(string text) => request => request.RespondAsync(text);
        var routes = new Dictionary<string, Route>
        {
            ["/all"] = new() { Http = Says("http"), WebSocket = Says("websocket"), EventSource = Says("events") },
            ["/websocket"] = new() { WebSocket = Says("websocket") },
            ["/events"] = new() { EventSource = Says("events") },
            ["/both"] = new() { WebSocket = Says("websocket"), EventSource = Says("events") },
            ["/plain"] = new() { Http = Says("plain") },
        };
        var upgrades = new Dictionary<string, HttpHandler>(StringComparer.OrdinalIgnoreCase) { ["echo"] = Says("echo"), ["talk"] = Says("talk") };
        var service = new HttpService(new Router(routes, upgrades, Says("other"), files).Handler);
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), service.Serve, service.ListenerOptions());
        using var client = await RawClient.ConnectAsync(listener.LocalEndPoint);
        await client.SendAsync($"{request} HTTP/1.1\r\nHost: a\r\n{lines.Replace("Connection: Upgrade", "Connection: upgrade, close")}{(lines.Contains("Connection", StringComparison.Ordinal) ? "" : "Connection: close\r\n")}\r\n{body}");
        return await client.ReceiveToEndAsync();
    }
}
