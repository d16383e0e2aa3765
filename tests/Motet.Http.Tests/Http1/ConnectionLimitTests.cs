using System.Diagnostics;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>What the connections of a server may cost, on both sides of each edge.</summary>
public class ConnectionLimitTests
{
    private static readonly HttpHandler Hello = request => request.RespondAsync("hello");

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public async Task OthersHaveTheirTurnAfterSoManyPipelinedRequests(int limit)
    {
        var handled = 0;
        var handledBefore = -1;
        await using var server = await TestServer.StartAsync(
            request =>
            {
                if (handled++ == 0) EventLoop.Current!.Post(() => handledBefore = handled);
                return request.RespondAsync(request.Path);
            },
            new ServerLimits { MaxPipelinedRequests = limit });
        using var client = await server.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 300).Select(i => RawClient.Get($"/{i}"))));
        for (var i = 0; i < 300; i++) Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
        Assert.Equal(limit, handledBefore);
        Assert.Equal("/end", (await client.AskAsync(RawClient.Get("/end"))).Body);
    }

    [Fact]
    public async Task AsManyPipelinedRequestsAsMayBeAreServedAtOnce()
    {
        var handled = 0;
        var handledBefore = -1;
        await using var server = await TestServer.StartAsync(
            request =>
            {
                if (handled++ == 0) EventLoop.Current!.Post(() => handledBefore = handled);
                return request.RespondAsync("");
            },
            new ServerLimits { MaxPipelinedRequests = 10 });
        using var client = await server.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat(RawClient.Get(), 10)));
        for (var i = 0; i < 10; i++) await client.ReadResponseAsync();

        // The answers leave before the loop comes to what was posted.
        await server.Loop.InvokeAsync(static () => { }).Within();
        Assert.Equal(10, handledBefore);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task BodiesAndPartsOfHeadsSurviveTheTurnOfOthers(int limit)
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync(await request.Body.ReadAllAsync(100)), new ServerLimits { MaxPipelinedRequests = limit });
        using var client = await server.ConnectAsync();
        var requests = RawClient.Post("one") + RawClient.PostChunks("/", "t", "wo") + RawClient.Get() + RawClient.Post("three");
        for (var cut = 1; cut < requests.Length; cut++)
        {
            await client.SendAsync(requests[..cut]);
            await server.Loop.InvokeAsync(static () => { });
            await client.SendAsync(requests[cut..]);
            foreach (var body in (string[])["one", "two", "", "three"]) Assert.Equal(body, (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task ServerThatStopsDoesNotForgetAConnectionWhoseTurnIsOver()
    {
        Task? stopping = null;
        TestServer server = null!;
        server = await TestServer.StartAsync(
            request =>
            {
                stopping ??= Task.Run(() => server.Listener.StopAsync(Patience.Limit));
                return request.RespondAsync("");
            },
            new ServerLimits { MaxPipelinedRequests = 1 });
        await using (server)
        {
            using var client = await server.ConnectAsync();
            await client.TrySendAsync(string.Concat(Enumerable.Repeat(RawClient.Get(), 500)));
            await Record.ExceptionAsync(client.ReadRestAsync);
            client.Dispose();
            await stopping!.Within();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8_000)]
    [InlineData(60_000)]
    public async Task ClientIsHeldBackByWhatWaitsForIt(int limit)
    {
        // The client reads nothing until the kernel's buffers are full; what the server holds then is what the limit says, and the answer that went beyond it.
        const int many = 10_000;
        var answer = new string('y', 3000);
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(answer), new ServerLimits { MaxWaitingResponseBytes = limit });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var sending = client.SendAsync(string.Concat(Enumerable.Repeat(RawClient.Get(), many)));
        await server.HeldAsync();
        Assert.InRange(server.Connections.First().Pending, 1, limit + 4096);
        for (var i = 0; i < many; i++) Assert.Equal(answer.Length, (await client.ReadResponseAsync()).BodyBytes.Length);
        await sending;
    }

    [Fact]
    public async Task ClientBeyondTheNumberOfConnectionsGets503()
    {
        await using var server = await TestServer.StartAsync(Hello, new ServerLimits { MaxConnections = 2 });
        using var first = await server.ConnectAsync();
        using var second = await server.ConnectAsync();
        Assert.Equal(200, (await first.AskAsync(RawClient.Get())).Status);
        Assert.Equal(200, (await second.AskAsync(RawClient.Get())).Status);
        using (var third = await server.ConnectAsync())
        {
            var answer = await third.AskAsync(RawClient.Get());
            Assert.Equal((503, "close", "1"), (answer.Status, answer["Connection"], answer["Retry-After"]));
            await third.ExpectEndAsync();
        }

        first.Dispose();
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 1);
        using var fourth = await server.ConnectAsync();
        Assert.Equal(200, (await fourth.AskAsync(RawClient.Get())).Status);
    }

    [Fact]
    public void ListenerHasTheLimitsOfTheServer()
    {
        var limits = new ServerLimits
        {
            MaxConnections = 7,
            DescriptorMargin = 8,
            MaxLingerBytes = 9,
            LingerTimeout = TimeSpan.FromSeconds(10),
            ResponseTimeout = TimeSpan.FromSeconds(11),
            MinResponseRate = null,
        };
        var options = new HttpService(Hello, limits).ListenerOptions();
        Assert.Equal((7, 8, 9, 10, 11, null), (options.MaxConnections, options.DescriptorMargin, options.Connections.MaxLingerBytes, options.Connections.LingerTimeout.TotalSeconds, options.Connections.WriteTimeout.TotalSeconds, options.Connections.MinWriteRate));

        var defaults = new HttpService(Hello).ListenerOptions();
        var plain = new ListenerOptions();
        Assert.Equal((plain.MaxConnections, plain.DescriptorMargin), (defaults.MaxConnections, defaults.DescriptorMargin));
        Assert.Equal(
            (plain.Connections.MaxLingerBytes, plain.Connections.LingerTimeout, plain.Connections.WriteTimeout, plain.Connections.MinWriteRate),
            (defaults.Connections.MaxLingerBytes, defaults.Connections.LingerTimeout, defaults.Connections.WriteTimeout, defaults.Connections.MinWriteRate));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientThatTakesAResponseTooSlowlyIsLetGoOf(bool takesNothing)
    {
        var limits = takesNothing
            ? new ServerLimits { ResponseTimeout = TimeSpan.FromMilliseconds(200), MinResponseRate = null }
            : new ServerLimits { MinResponseRate = new MinDataRate(1e9, TimeSpan.FromMilliseconds(200)) };
        var ended = new TaskCompletionSource<Exception?>();
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                var exception = await Record.ExceptionAsync(async () => await request.RespondAsync(new byte[20_000_000]));
                ended.SetResult(exception);
                if (exception is not null) throw exception;
            },
            limits);
        using var client = await server.ConnectAsync(receiveBuffer: 64 * 1024);
        await client.SendAsync(RawClient.Get());
        while (!takesNothing && !ended.Task.IsCompleted)
        {
            if (client.Socket.Poll(1000, System.Net.Sockets.SelectMode.SelectRead)) await Record.ExceptionAsync(() => client.Socket.ReceiveAsync(new byte[1000]));
            await Task.Delay(5);
        }

        var reason = takesNothing ? CloseReason.WriteTimeout : CloseReason.WriteTooSlow;
        Assert.Equal(reason, Assert.IsType<ConnectionClosedException>(await ended.Task.Within()).Reason);
        Assert.Equal(reason, await server.CloseReasonAsync());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task DrainedConnectionIsClosedWhenItsTimeIsOver()
    {
        var time = TimeSpan.FromMilliseconds(200);
        await using var server = await TestServer.StartAsync(Hello, new ServerLimits { LingerTimeout = time });
        using var client = await server.ConnectAsync();
        var clock = Stopwatch.StartNew();
        Assert.Equal(400, (await client.AskAsync("bad\r\n\r\n")).Status);
        await client.ExpectEndAsync();
        Assert.Equal(1, server.Listener.OpenConnections);
        await server.AllClosedAsync();
        Assert.InRange(clock.Elapsed, time - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public void LimitThatIsNoneIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxConnections = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { DescriptorMargin = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxPipelinedRequests = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxWaitingResponseBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { MaxLingerBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { LingerTimeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerLimits { ResponseTimeout = TimeSpan.FromDays(2) });
    }
}
