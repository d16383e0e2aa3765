using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>When a connection stays and when it ends. RFC 9112 §9.3.</summary>
public class KeepAliveTests
{
    private static readonly HttpHandler Hello = request => request.RespondAsync("hello");

    [Fact]
    public async Task ConnectionServesOneRequestAfterAnother()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(request.Path));
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            var response = await client.AskAsync(RawClient.Get($"/{i}"));
            Assert.Equal(200, response.Status);
            Assert.Equal($"/{i}", response.Body);
            Assert.Null(response["Connection"]);
        }

        Assert.Equal(1, server.Listener.AcceptedConnections);
    }

    [Fact]
    public async Task ConnectionCloseIsHonouredAndAnnounced()
    {
        await using var server = await TestServer.StartAsync(Hello);
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/", "Connection: close\r\n"));
        Assert.Equal("close", response["Connection"]);
        Assert.Equal("hello", response.Body);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Http10ConnectionEndsAfterTheResponse()
    {
        await using var server = await TestServer.StartAsync(Hello);
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", response.Head);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal("hello", response.Body);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Http10ConnectionStaysWhenAskedTo()
    {
        await using var server = await TestServer.StartAsync(Hello);
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var response = await client.AskAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Assert.Equal("keep-alive", response["Connection"]);
            Assert.Equal("5", response["Content-Length"]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerCanEndTheConnection(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Yield();
            request.CloseAfterResponse();
            await request.RespondAsync("bye");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("close", (await client.AskAsync(RawClient.Get()))["Connection"]);
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.Closed, await server.CloseReasonAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NothingIsAnsweredBehindTheLastResponse(bool waits)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            if (waits) await Task.Yield();
            await request.RespondAsync("last");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/", "Connection: close\r\n") + RawClient.Get() + RawClient.Get());
        Assert.Equal("last", (await client.ReadResponseAsync()).Body);
        await client.ExpectEndAsync();
        Assert.Equal(1, handled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientThatEndsItsSideGetsAllAnswers(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Delay(1);
            await request.RespondAsync(request.Path);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/1") + RawClient.Get("/2"));
        client.EndOutput();
        Assert.Equal("/1", (await client.ReadResponseAsync()).Body);
        Assert.Equal("/2", (await client.ReadResponseAsync()).Body);
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.PeerClosed, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task EmptyLineBehindABodyIsIgnored()
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync(await request.Body.ReadTextAsync(100)));
        using var client = await server.ConnectAsync();
        Assert.Equal("abc", (await client.AskAsync(RawClient.Post("abc") + "\r\n")).Body);
        Assert.Equal("def", (await client.AskAsync(RawClient.Post("def"))).Body);
    }
}
