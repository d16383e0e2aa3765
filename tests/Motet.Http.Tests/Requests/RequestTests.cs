namespace Motet.Http.Tests;

/// <summary>What a handler sees of the head.</summary>
public class RequestTests
{
    [Fact]
    public async Task HandlerSeesTheHead()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(string.Join('|',
            request.Method, request.Path, request.Query, request.Target, request.Host, request.Version, request.Headers.Count, request.Headers["x-a"],
            string.Join('+', request.Headers.GetAll("X-B")), request.Headers["none"] ?? "-", request.Headers.Contains("HOST"), request.Cookies["c"], request.Cookies["none"] ?? "-")));
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("GET /a%20b?c=d HTTP/1.1\r\nHost: example.com:81\r\nX-A:  one \r\nX-B: 1\r\nx-b: 2\r\nCookie: a=b; c=\"d\"\r\n\r\n");
        Assert.Equal("GET|/a%20b|c=d|/a%20b?c=d|example.com:81|1.1|5|one|1+2|-|True|\"d\"|-", response.Body);
    }

    [Theory]
    [InlineData("GET http://b/x?y HTTP/1.1\r\nHost: b\r\n\r\n", "/x", "b")]
    [InlineData("GET http://b HTTP/1.1\r\nHost: b\r\n\r\n", "/", "b")]
    [InlineData("OPTIONS http://b HTTP/1.1\r\nHost: b\r\n\r\n", "*", "b")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", "a")]
    [InlineData("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", "", "b:443")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "/", "")]
    public async Task PathAndHostFollowTheForms(string text, string path, string host)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(HttpStatus.BadGateway, $"{request.Path}|{request.Host}"), options: new HttpOptions { AllowConnect = true });
        using var client = await server.ConnectAsync();
        Assert.Equal($"{path}|{host}", (await client.AskAsync(text)).Body);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    [InlineData("QUERY")]
    [InlineData("get")]
    [InlineData("M-SEARCH")]
    [InlineData("!#$%&'*+-.^_`|~")]
    public async Task MethodIsWhatWasSent(string method)
    {
        var seen = "";
        await using var server = await TestServer.StartAsync(request =>
        {
            seen = request.Method.Method;
            return request.RespondAsync("");
        }, options: new HttpOptions { AllowTrace = true });
        using var client = await server.ConnectAsync();
        Assert.Equal(200, (await client.AskAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Equal(method, seen);
    }

    [Fact]
    public async Task HeadStaysValidWhileTheHandlerWaits()
    {
        static string Describe(HttpRequest request) => $"{request.Method} {request.Target} {request.Path} {request.Query} {request.Host} {string.Join(',', request.Headers)} {string.Join(',', request.Cookies)}";

        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Headers.Contains("Wait"))
            {
                waiting++;
                var first = request.Path == "/early" ? Describe(request) : null;
                await release.Task;
                await request.RespondAsync($"{Describe(request) == (first ?? Describe(request))} {request.Headers["Wait"]} {request.Query}");
                return;
            }

            await request.RespondAsync("");
        });

        // Some read what they need before they wait, some only afterwards; meanwhile the receive buffer has other requests in it.
        var clients = new List<RawClient>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await server.ConnectAsync());
            await clients[i].SendAsync(RawClient.Get(i % 2 == 0 ? $"/early?q{i}" : $"/late?q{i}", $"Wait: w{i}\r\nCookie: n=v{i}\r\n"));
        }

        await Patience.UntilAsync(() => waiting == clients.Count);
        using var other = await server.ConnectAsync();
        for (var i = 0; i < 50; i++) await other.AskAsync(RawClient.Get($"/{new string((char)('A' + (i % 26)), 4000)}", $"X: {new string('#', 20_000)}\r\n"));
        release.SetResult();
        for (var i = 0; i < clients.Count; i++)
        {
            Assert.Equal($"True w{i} q{i}", (await clients[i].ReadResponseAsync()).Body);
            clients[i].Dispose();
        }
    }

    [Fact]
    public async Task RequestThatIsOverCannotBeUsed()
    {
        HttpRequest? kept = null;
        await using var server = await TestServer.StartAsync(async request =>
        {
            kept = request;
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Get("/x?y", "Cookie: a=b\r\n"));
        await server.Loop.InvokeAsync(() =>
        {
            var request = kept!;
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync("late"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync(new byte[1]); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.RespondAsync(HttpStatus.OK); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendHeadersAsync(); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("late"); });
            Assert.Throws<InvalidOperationException>(() => { _ = request.Body.ReadAsync(new byte[1]); });
            Assert.Throws<InvalidOperationException>(() => request.Method);
            Assert.Throws<InvalidOperationException>(() => request.Path);
            Assert.Throws<InvalidOperationException>(() => request.Target);
            Assert.Throws<InvalidOperationException>(() => request.Headers["Host"]);
            Assert.Throws<InvalidOperationException>(() => request.Cookies["a"]);
            Assert.Throws<InvalidOperationException>(() => request.ResponseHeaders);
            Assert.Throws<InvalidOperationException>(() => request.Aborted);
        }).Within();
        Assert.Equal("ok", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task RemoteEndPointIsThatOfTheClient()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync($"{request.RemoteEndPoint}"));
        using var client = await server.ConnectAsync();
        Assert.Equal($"{client.Socket.LocalEndPoint}", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task WhatAHandlerLeavesInAsyncLocalsStaysWithItsRequest()
    {
        var user = new AsyncLocal<string?>();
        await using var server = await TestServer.StartAsync(request =>
        {
            var before = $"{user.Value}";
            user.Value = request.Path;
            if (request.Path == "/throw") throw new InvalidOperationException("Meant to.");
            return request.Path == "/later" ? AnswerLaterAsync(request) : request.RespondAsync(before);
        });
        using var other = await server.ConnectAsync();
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/a") + RawClient.Get("/throw") + RawClient.Get("/later") + RawClient.Get("/b"));
        foreach (var expected in (string[])["", "", "/later", ""]) Assert.Equal(expected, (await client.ReadResponseAsync()).Body);
        Assert.Equal("", (await other.AskAsync(RawClient.Get("/c"))).Body);

        async ValueTask AnswerLaterAsync(HttpRequest request)
        {
            await Task.Yield();
            await request.RespondAsync($"{user.Value}");
        }
    }
}
