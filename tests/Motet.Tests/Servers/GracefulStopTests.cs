using System.Net.Sockets;
using Motet.Http;

namespace Motet.Tests;

public sealed class GracefulStopTests
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task ARequestUnderWayFinishesAndNobodyNewComesIn()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(60));
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n");
        await _entered.Task.Within();

        var stopping = server.StopAsync();
        await Patience.UntilAsync(() => IsRefused(server));
        Assert.False(stopping.IsCompleted);
        _leave.SetResult();
        var answer = await client.ReceiveToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
        Assert.EndsWith("finished\n", answer);
        await stopping.Within();
    }

    [Theory]
    [InlineData("Accept: text/event-stream")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Upgrade: echo\r\nConnection: Upgrade")]
    public async Task AClientThatARequestBecomesDuringTheStopIsToldOfItToo(string lines)
    {
        var logbook = new Logbook();
        await using var server = new Server(new ServerOptions { Loops = 1, DrainTimeout = TimeSpan.FromSeconds(60) });
        server.Listen("http://127.0.0.1:0");
        server.Http("/", request => request.RespondAsync("ok\n"));
        server.Http(async request =>
        {
            _entered.SetResult();
            await _leave.Task;
            if (request.OffersUpgrade("websocket")) await request.AcceptWebSocketAsync(logbook);
            else if (request.OffersUpgrade("echo")) await request.UpgradeAsync("echo", logbook);
            else await request.AcceptEventStreamAsync(logbook);
        });
        await server.StartAsync().Within();
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync($"GET /late HTTP/1.1\r\nHost: test\r\n{lines}\r\n\r\n");
        await _entered.Task.Within();
        using var idle = await RawClient.ConnectAsync(server.EndPoints[0]);
        await idle.GetAsync("/", "ok\n");

        var stopping = server.StopAsync();
        // Every connection of the loop was told.
        Assert.Equal("", await idle.ReceiveToEndAsync());
        _leave.SetResult();
        await logbook.UntilAsync("shutdown");
        client.Dispose();
        await stopping.Within();
        Assert.Equal(["open", "shutdown", "close"], logbook.Calls);
    }

    [Fact]
    public async Task IdleConnectionsAreClosed()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(60));
        using var used = await RawClient.ConnectAsync(server.EndPoints[0]);
        await used.GetAsync("/", "ok\n");
        var stopping = server.StopAsync();
        Assert.Equal("", await used.ReceiveToEndAsync());
        await stopping.Within();
    }

    [Fact]
    public async Task AClientThatHasSentNothingDoesNotHoldTheStopAndIsNotLeftToWait()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(60));
        using var unused = await RawClient.ConnectAsync(server.EndPoints[0]);
        await server.StopAsync().Within();

        // The kernel may have kept it back from the server (TCP_DEFER_ACCEPT); then it learns when it sends.
        var exception = await Record.ExceptionAsync(async () =>
        {
            await unused.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            Assert.Equal("", await unused.ReceiveToEndAsync());
        });
        Assert.True(exception is null or SocketException, exception?.ToString());
    }

    [Fact]
    public async Task ARequestThatTakesTooLongIsAborted()
    {
        await using var server = await StartAsync(TimeSpan.FromMilliseconds(100));
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET /forever HTTP/1.1\r\nHost: test\r\n\r\n");
        await _entered.Task.Within();
        await server.StopAsync().Within();
        await Assert.ThrowsAsync<SocketException>(client.ReceiveToEndAsync);
    }

    [Fact]
    public async Task CancellingTheStopAbortsWhatIsUnderWay()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(60));
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET /forever HTTP/1.1\r\nHost: test\r\n\r\n");
        await _entered.Task.Within();
        using var hurry = new CancellationTokenSource();
        var patient = server.StopAsync();
        var impatient = server.StopAsync(hurry.Token);
        await Patience.UntilAsync(() => IsRefused(server));
        Assert.False(patient.IsCompleted);
        await hurry.CancelAsync();
        await Task.WhenAll(patient, impatient).Within();
    }

    [Fact]
    public async Task DisposingAbortsWhatIsUnderWay()
    {
        var server = await StartAsync(TimeSpan.FromSeconds(60));
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.SendAsync("GET /forever HTTP/1.1\r\nHost: test\r\n\r\n");
        await _entered.Task.Within();
        await server.DisposeAsync().AsTask().Within();
        await Assert.ThrowsAsync<SocketException>(client.ReceiveToEndAsync);
    }

    private static bool IsRefused(Server server)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(server.EndPoints[0]);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private async Task<Server> StartAsync(TimeSpan drainTimeout)
    {
        var server = new Server(new ServerOptions { Loops = 1, DrainTimeout = drainTimeout });
        server.Listen("http://127.0.0.1:0");
        server.Http(request => request.RespondAsync("ok\n"));
        server.Http("/wait", async request =>
        {
            _entered.SetResult();
            await _leave.Task;
            await request.RespondAsync("finished\n");
        });
        server.Http("/forever", async request =>
        {
            _entered.SetResult();
            await Task.Delay(Timeout.Infinite, request.Aborted);
        });
        await server.StartAsync().Within();
        return server;
    }
}
