namespace Motet.Http.Tests;

/// <summary>103, before the response. RFC 8297, RFC 9110 §15.2.</summary>
public class EarlyHintsTests
{
    private const string Style = "</style.css>; rel=preload; as=style";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HintsArriveWhileTheHandlerWorks(bool waits)
    {
        var go = new SemaphoreSlim(0);
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Yield();
            await request.SendEarlyHintsAsync(Style, "</script.js>; rel=preload; as=script");
            Assert.False(request.HasResponseStarted);
            await go.WaitAsync();
            await request.SendEarlyHintsAsync("<https://cdn.example>; rel=preconnect");
            await go.WaitAsync();
            await request.RespondAsync("done");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(RawClient.Get());
            Assert.Equal($"HTTP/1.1 103 Early Hints\r\nLink: {Style}\r\nLink: </script.js>; rel=preload; as=script", await client.ReadHeadAsync());
            go.Release();
            Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: <https://cdn.example>; rel=preconnect", await client.ReadHeadAsync());
            go.Release();
            var response = await client.ReadResponseAsync();
            Assert.Equal((200, "done", null), (response.Status, response.Body, response["Link"]));
        }
    }

    [Fact]
    public async Task HintsOfASynchronousHandlerComeBeforeItsResponse()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.True(request.SendEarlyHintsAsync(Style).IsCompletedSuccessfully);
            return request.RespondAsync("done");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get() + RawClient.Get());
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(103, (await client.ReadResponseAsync()).Status);
            Assert.Equal("done", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task HintsDoNotWaitForAHandlerThatHoldsTheLoop()
    {
        using var arrived = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(request =>
        {
            _ = request.SendEarlyHintsAsync(Style);
            return request.RespondAsync(arrived.Wait(Patience.Limit) ? "done" : "late");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        Assert.Equal(103, (await client.ReadResponseAsync()).Status);
        arrived.Set();
        Assert.Equal("done", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task OldClientsGetNoHints()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendEarlyHintsAsync(Style);
            await request.RespondAsync("done");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal((200, "done"), await AskOldAsync());

        async Task<(int, string)> AskOldAsync()
        {
            var response = await client.AskAsync("GET / HTTP/1.0\r\n\r\n");
            return (response.Status, response.Body);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HintsAreRefusedOnceTheResponseHasStarted(bool whole)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (whole) await request.RespondAsync("abc");
            else await request.SendChunkAsync("abc");
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendEarlyHintsAsync(Style); });
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("abc", (await client.AskAsync(RawClient.Get())).Body);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task LinkThatCouldEndItsLineIsRefused()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            Assert.Throws<ArgumentException>(() => { _ = request.SendEarlyHintsAsync(Style, "<a>\r\nX: y"); });
            Assert.Throws<ArgumentException>(() => { _ = request.SendEarlyHintsAsync(""); });
            Assert.Throws<ArgumentException>(() => { _ = request.SendEarlyHintsAsync(); });
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("ok", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public async Task HintsDoNotTakeThePlaceOf100()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendEarlyHintsAsync(Style);
            await request.RespondAsync(await request.Body.ReadAllAsync(100));
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(103, (await client.ReadResponseAsync()).Status);
        Assert.Equal(100, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("abc");
        Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task HintsToAClientThatIsGoneFail()
    {
        var seen = new TaskCompletionSource<Exception?>();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await release.Task;
            seen.SetResult(await Record.ExceptionAsync(async () => await request.SendEarlyHintsAsync(Style)));
        });
        var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await Patience.UntilAsync(() => server.Connections.Count == 1);
        client.Reset();
        await server.AllClosedAsync();
        release.SetResult();
        Assert.IsType<Motet.Net.ConnectionClosedException>(await seen.Task.Within());
    }
}
