using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>A server that stops: the idle are closed at once, the busy finish.</summary>
public class ShutdownTests
{
    private static readonly TimeSpan Grace = Patience.Limit;

    [Fact]
    public async Task IdleConnectionsAreClosedAtOnce()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("hello"));
        using var fresh = await server.ConnectAsync();
        using var used = await server.ConnectAsync();
        await used.AskAsync(RawClient.Get());
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 2);
        await server.Listener.StopAsync(Grace).Within();
        await fresh.ExpectEndAsync();
        await used.ExpectEndAsync();
        Assert.All(server.Connections, connection => Assert.Equal(CloseReason.Shutdown, connection.CloseReason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RequestUnderWayFinishesAndIsTheLast(bool started)
    {
        var handled = 0;
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            if (started) await request.SendChunkAsync("an");
            running.SetResult();
            await release.Task;
            if (started) await request.SendChunkAsync("swer");
            else await request.RespondAsync("answer");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get() + RawClient.Get());
        await running.Task.Within();
        using var idle = await server.ConnectAsync();
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 2);
        var stopping = server.Listener.StopAsync(Grace);
        await idle.ExpectEndAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        var response = await client.ReadResponseAsync();
        Assert.Equal("answer", response.Body);
        if (!started) Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
        client.Dispose();
        await stopping.Within();
        Assert.Equal(1, handled);
        Assert.Equal(CloseReason.Shutdown, server.Connections.First().CloseReason);
    }

    [Fact]
    public async Task HeadThatIsArrivingIsStillServed()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("last"));
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Get());
        await client.SendAsync("GET / HTTP/1.1\r\n");
        using var other = await server.ConnectAsync();
        await other.AskAsync(RawClient.Get());
        var stopping = server.Listener.StopAsync(Grace);
        await other.ExpectEndAsync();
        await client.SendAsync("Host: a\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal("last", response.Body);
        Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
        client.Dispose();
        await stopping.Within();
    }

    [Fact]
    public async Task HandlerThatDoesNotEndIsAbortedAfterTheGracePeriod()
    {
        var running = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.Aborted.Register(aborted.SetResult);
            running.SetResult();
            await Task.Delay(Timeout.Infinite, request.Aborted);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await running.Task.Within();
        await server.Listener.StopAsync(TimeSpan.FromMilliseconds(50)).Within();
        await aborted.Task.Within();
        await client.ExpectResetAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task ClientThatTakesNoAnswersIsToldToo()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(new string('x', 3000)));
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var sending = client.TrySendAsync(string.Concat(Enumerable.Repeat(RawClient.Get(), 10_000)));
        await server.HeldAsync();
        using var idle = await server.ConnectAsync();
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 2);
        var stopping = server.Listener.StopAsync(Grace);
        await idle.ExpectEndAsync();
        await Record.ExceptionAsync(client.ReadRestAsync);
        client.Dispose();
        await stopping.Within();
        await sending;
    }
}
