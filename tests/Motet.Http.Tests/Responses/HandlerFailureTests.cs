using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Handlers that throw, or never answer.</summary>
public class HandlerFailureTests
{
    private static async ValueTask FailAsync(bool waits, Exception exception)
    {
        if (waits) await Task.Yield();
        throw exception;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerThatThrowsIsAnsweredFor(bool waits)
    {
        var failure = new FormatException("secret");
        await using var server = await TestServer.StartAsync(request =>
        {
            if (request.Path == "/next") return request.RespondAsync("next");
            request.ResponseHeaders.Add("X", "not for a failure");
            return FailAsync(waits, failure);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("PUT /path?query HTTP/1.1\r\nHost: a\r\n\r\n" + RawClient.Get("/next"));
        var response = await client.ReadResponseAsync();
        Assert.Equal(500, response.Status);
        Assert.Equal("", response.Body);
        Assert.Null(response["X"]);
        Assert.Equal("next", (await client.ReadResponseAsync()).Body);
        var (message, exception) = Assert.Single(server.Log.Entries);
        Assert.Equal("The handler of PUT /path failed.", message);
        Assert.Same(failure, exception);
    }

    [Fact]
    public async Task HandlerThatThrowsBeforeItIsATaskIsAnsweredFor()
    {
        await using var server = await TestServer.StartAsync(_ => throw new FormatException());
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(500, (await client.AskAsync(RawClient.Get())).Status);
        Assert.Equal(2, server.Log.Entries.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerThatThrowsInTheMiddleOfItsResponseResetsTheConnection(bool waits)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            await request.SendChunkAsync("abc");
            await FailAsync(waits, new FormatException());
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/path") + RawClient.Get("/next"));
        await client.ExpectResetAsync();
        Assert.Equal(CloseReason.HandlerFailed, await server.CloseReasonAsync());
        Assert.Equal("The handler of GET /path failed.", Assert.Single(server.Log.Entries).Message);
        Assert.Equal(1, handled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ResponseThatWasCompleteIsDeliveredThoughTheHandlerThrows(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.RespondAsync("whole");
            await FailAsync(waits, new FormatException());
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal("whole", (await client.AskAsync(RawClient.Get())).Body);
        await Patience.UntilAsync(() => server.Log.Entries.Count == 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerThatNeverRespondsIsAnsweredForAndLogged(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Yield();
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(500, (await client.AskAsync(RawClient.Get("/path"))).Status);
        Assert.Equal(2, server.Log.Entries.Count);
        Assert.All(server.Log.Entries, entry => Assert.Equal("The handler of GET /path completed without a whole response.", entry.Message));
    }

    [Fact]
    public async Task EndOfAnotherConnectionIsAFailureLikeAnyOther()
    {
        await using var server = await TestServer.StartAsync(_ => throw new ConnectionClosedException(CloseReason.PeerReset));
        using var client = await server.ConnectAsync();
        Assert.Equal(500, (await client.AskAsync(RawClient.Get())).Status);
        Assert.Single(server.Log.Entries);
    }

    [Fact]
    public async Task CancellationOfTheHandlersOwnIsAFailureLikeAnyOther()
    {
        await using var server = await TestServer.StartAsync(_ => throw new OperationCanceledException());
        using var client = await server.ConnectAsync();
        Assert.Equal(500, (await client.AskAsync(RawClient.Get())).Status);
        Assert.Single(server.Log.Entries);
    }

    [Fact]
    public async Task HandlerThatAbortsTheConnectionEndsIt()
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(request =>
        {
            handled++;
            request.Connection.Abort();
            return default;
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get() + RawClient.Get());
        await client.ExpectResetAsync();
        await server.AllClosedAsync();
        Assert.Equal(1, handled);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task HandlerThatCompletesOnAnotherThreadIsFollowedByTheNext()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.RespondAsync(request.Path);
            await Task.Run(static () => Thread.SpinWait(50)).ConfigureAwait(false);
        });
        using var client = await server.ConnectAsync();
        const int count = 2000;
        await client.SendAsync(string.Concat(Enumerable.Range(0, count).Select(i => RawClient.Get($"/{i}"))));
        for (var i = 0; i < count; i++) Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
    }
}
