using System.Diagnostics;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Clients that send a body slowly, but never pause for long.</summary>
public class BodyRateTests
{
    private static readonly MinDataRate Fast = new(100_000, TimeSpan.FromMilliseconds(300));
    private static readonly MinDataRate Slow = new(10, TimeSpan.FromMilliseconds(300));

    private static async ValueTask ReadAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/later":
                await Task.Yield();
                break;
            case "/unlimited":
                request.Body.MinRate = null;
                break;
            case "/fast":
                request.Body.MinRate = Fast;
                break;
            case "/drop":
                await request.RespondAsync("dropped");
                return;
        }

        await request.RespondAsync($"{(await request.Body.ReadAllAsync(10_000)).Length}");
    }

    /// <summary>Sends a byte each 10 ms, until there is an answer.</summary>
    private static async Task<TimeSpan> TrickleAsync(RawClient client, string path, bool chunked, int bytes)
    {
        var clock = Stopwatch.StartNew();
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {bytes}")}\r\n\r\n");
        for (var i = 0; i < bytes && !client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead); i++)
        {
            await client.TrySendAsync(chunked ? "1\r\nx\r\n" : "x");
            await Task.Delay(10);
        }

        if (chunked) await client.TrySendAsync("0\r\n\r\n");
        return clock.Elapsed;
    }

    [Fact]
    public async Task ABodyDoesNotPayForTheOneBefore()
    {
        var limits = new ServerLimits { MinBodyRate = new MinDataRate(1_000_000, TimeSpan.FromSeconds(4)) };
        await using var server = await TestServer.StartAsync(ReadAsync, limits);
        for (var i = 0; i < 2; i++)
        {
            // Each of another client; the request object is the same.
            using var client = await server.ConnectAsync();
            await client.SendAsync(RawClient.Post("xy")[..^2]);
            await Task.Delay(2200);
            await client.TrySendAsync("xy");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }
    }

    [Theory]
    [InlineData("/", false)]
    [InlineData("/later", false)]
    [InlineData("/", true)]
    [InlineData("/later", true)]
    public async Task BodyThatTricklesIsAnsweredWith408AfterTheGracePeriod(string path, bool chunked)
    {
        await using var server = await TestServer.StartAsync(ReadAsync, new ServerLimits { MinBodyRate = Fast });
        using var client = await server.ConnectAsync();
        var elapsed = await TrickleAsync(client, path, chunked, 5000);
        var response = await client.ReadResponseAsync();
        Assert.Equal((408, "close", "request body came too slowly\n"), (response.Status, response["Connection"], response.Body));
        Assert.InRange(elapsed, Fast.GracePeriod - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10));
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("/", false, true)]
    [InlineData("/", true, true)]
    [InlineData("/unlimited", false, false)]
    public async Task BodyThatIsFastEnoughIsReadToItsEnd(string path, bool chunked, bool slowLimit)
    {
        await using var server = await TestServer.StartAsync(ReadAsync, new ServerLimits { MinBodyRate = slowLimit ? Slow : Fast, BodyTimeout = TimeSpan.FromSeconds(20) });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            // Three times the grace period.
            await TrickleAsync(client, path, chunked, 90);
            Assert.Equal("90", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task ClientThatHasSentMuchMayPause()
    {
        await using var server = await TestServer.StartAsync(ReadAsync, new ServerLimits { MinBodyRate = new MinDataRate(1000, Fast.GracePeriod) });
        using var client = await server.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5001\r\n\r\n");
        await Task.Delay(50);
        await client.SendAsync(new string('x', 5000));
        await Task.Delay(Fast.GracePeriod * 3);
        await client.SendAsync("x");
        Assert.Equal("5001", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task HandlerThatTakesItsTimeDoesNotMakeTheClientSlow()
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                var buffer = new byte[1];
                var length = 0;
                while (await request.Body.ReadAsync(buffer) > 0)
                {
                    length++;
                    await Task.Delay(20);
                }

                await request.RespondAsync($"{length}");
            },
            new ServerLimits { MinBodyRate = Fast });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nx");
        await Task.Delay(5);
        await client.SendAsync(new string('x', 29));
        Assert.Equal("30", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task RateOfOneRequestIsNotThatOfTheNext()
    {
        await using var server = await TestServer.StartAsync(ReadAsync, new ServerLimits { MinBodyRate = null });
        using var client = await server.ConnectAsync();
        await TrickleAsync(client, "/", false, 40);
        Assert.Equal("40", (await client.ReadResponseAsync()).Body);
        using (var other = await server.ConnectAsync())
        {
            await TrickleAsync(other, "/fast", false, 5000);
            Assert.Equal(408, (await other.ReadResponseAsync()).Status);
        }

        await TrickleAsync(client, "/", false, 40);
        Assert.Equal("40", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task BodyThatNobodyReadsMayNotTrickleEither()
    {
        await using var server = await TestServer.StartAsync(ReadAsync, new ServerLimits { MinBodyRate = Fast });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST /drop HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
        Assert.Equal("dropped", (await client.ReadResponseAsync()).Body);
        for (var i = 0; i < 5000 && !client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead); i++)
        {
            await client.TrySendAsync("x");
            await Task.Delay(10);
        }

        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task WaitOfOneRequestCanBeShorter()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            Assert.Equal(TimeSpan.FromSeconds(30), request.Body.WaitTimeout);
            Assert.Throws<ArgumentOutOfRangeException>(() => request.Body.WaitTimeout = TimeSpan.Zero);
            request.Body.WaitTimeout = TimeSpan.FromMilliseconds(100);
            await request.Body.ReadAllAsync(100);
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
        Assert.Equal((408, "request body took too long\n"), (response.Status, response.Body));
    }
}
