using System.Diagnostics;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Clients that are slow.</summary>
public class TimeoutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(150);
    private static readonly HttpHandler Hello = request => request.RespondAsync("hello");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task SlowHeadIsAnsweredWith408AtItsDeadline(string before)
    {
        await using var server = await TestServer.StartAsync(Hello, new ServerLimits { HeadTimeout = Short });
        using var client = await server.ConnectAsync();
        if (before.Length > 0) await client.AskAsync(RawClient.Get());
        var clock = Stopwatch.StartNew();
        await client.SendAsync("GET / HT");

        // Bytes that trickle in do not move the deadline.
        var trickle = Task.Run(async () =>
        {
            for (var i = 0; i < 1000 && !client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead); i++)
            {
                await client.TrySendAsync(i == 0 ? "TP/1.1\r\nX: " : "y");
                await Task.Delay(10);
            }
        });
        var response = await client.ReadResponseAsync();
        Assert.InRange(clock.Elapsed, Short - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5));
        Assert.Equal(408, response.Status);
        Assert.Equal("close", response["Connection"]);
        await trickle;
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task EachHeadHasADeadlineOfItsOwn()
    {
        await using var server = await TestServer.StartAsync(Hello, new ServerLimits { HeadTimeout = TimeSpan.FromSeconds(3) });
        using var client = await server.ConnectAsync();

        // Each head begins in the packet that completes the one before and takes a third of the time that is allowed; together they take more.
        var text = RawClient.Get();
        await client.SendAsync(text[..10]);
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            await client.SendAsync(text[10..] + text[..10]);
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }
    }

    [Fact]
    public async Task ClientThatSendsNothingIsClosedSilently()
    {
        await using var server = await TestServer.StartAsync(Hello, new ServerLimits { HeadTimeout = Short });
        using var client = await server.ConnectAsync();
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.IdleTimeout, await server.CloseReasonAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IdleConnectionIsClosedSilently(bool waits)
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                if (waits) await Task.Yield();
                await request.RespondAsync("hello");
            },
            new ServerLimits { KeepAliveTimeout = Short });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++) await client.AskAsync(RawClient.Get());
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.IdleTimeout, await server.CloseReasonAsync());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SlowBodyIsAnsweredWith408(bool chunked, bool waits)
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                if (waits) await Task.Yield();
                await request.RespondAsync(await request.Body.ReadAllAsync(100));
            },
            new ServerLimits { BodyTimeout = Short });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Post("abc"));
        var response = await client.AskAsync($"POST / HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked\r\n\r\n3\r\na" : "Content-Length: 3\r\n\r\na")}");
        Assert.Equal(408, response.Status);
        Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task HandlerLearnsThatTheBodyWasTooSlow()
    {
        var seen = new TaskCompletionSource<(Exception Read, bool Aborted, Exception Respond)>();
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                var aborted = request.Aborted;
                var read = await Record.ExceptionAsync(async () => await request.Body.ReadAllAsync(100));
                await Task.Yield();
                var respond = await Record.ExceptionAsync(async () => await request.RespondAsync("late"));
                seen.SetResult((read!, aborted.IsCancellationRequested, respond!));
            },
            new ServerLimits { BodyTimeout = Short });
        using var client = await server.ConnectAsync();
        Assert.Equal(408, (await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na")).Status);
        await client.ExpectEndAsync();
        var (read, aborted, respond) = await seen.Task.Within();
        Assert.IsType<ConnectionClosedException>(read);
        Assert.True(aborted);
        Assert.IsType<ConnectionClosedException>(respond);
    }

    [Fact]
    public async Task SlowBodyBehindAStartedResponseResetsTheConnection()
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                await request.SendChunkAsync("part");
                await request.Body.ReadAllAsync(100);
            },
            new ServerLimits { BodyTimeout = Short });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
        await client.ExpectResetAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task HandlerThatOutlivesItsConnectionKeepsItsRequest()
    {
        var ended = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                if (request.Path != "/slow")
                {
                    await request.RespondAsync(request.Path);
                    return;
                }

                await Record.ExceptionAsync(async () => await request.Body.ReadAllAsync(100));
                await release.Task;
                Assert.Equal("/slow", request.Path);
                Assert.Equal("1", request.Headers["X"]);
                ended.SetResult();
            },
            new ServerLimits { BodyTimeout = Short });
        using (var client = await server.ConnectAsync())
        {
            await client.AskAsync("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX: 1\r\n\r\na");
            await client.ExpectEndAsync();
        }

        await server.AllClosedAsync();
        using var other = await server.ConnectAsync();
        for (var i = 0; i < 10; i++) Assert.Equal($"/{i}", (await other.AskAsync(RawClient.Get($"/{i}"))).Body);
        release.SetResult();
        await ended.Task.Within();
        for (var i = 0; i < 10; i++) Assert.Equal($"/{i}", (await other.AskAsync(RawClient.Get($"/{i}"))).Body);
    }

    [Fact]
    public async Task HandlerHasNoDeadline()
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                await Task.Delay(400);
                await request.RespondAsync("done");
            },
            new ServerLimits { HeadTimeout = Short, BodyTimeout = Short, KeepAliveTimeout = Short });
        using var client = await server.ConnectAsync();
        Assert.Equal("done", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public void TimeThatIsNoTimeIsRefused(double milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { HeadTimeout = time });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { BodyTimeout = time });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { KeepAliveTimeout = time });
    }
}
