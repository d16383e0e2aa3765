using System.Net;
using System.Net.Sockets;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Tests;

public sealed class ReconnectTests
{
    private static readonly ReconnectOptions Quick = new() { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task AClientThatIsLostComesAgainAsAnother()
    {
        var served = new Logbook();
        await using var server = await StartAsync(served);
        var logbook = new Logbook();
        var first = await Client.ConnectAsync($"ws://{server.EndPoints[0]}/", logbook, new ClientConnectOptions { Reconnect = Quick }).Within();

        for (var i = 1; i <= 3; i++)
        {
            await served.UntilAsync("open", i);
            served.Clients.Last().Abort();
            await logbook.UntilAsync("open", i + 1);
        }

        Assert.Equal(["open", "close", "open", "close", "open", "close", "open"], logbook.Calls);
        Assert.Equal(4, logbook.Clients.Distinct().Count());
        Assert.Same(first, logbook.Clients.First());
        logbook.Clients.Last().Close();
        await logbook.UntilAsync("close", 4);
        await served.UntilAsync("close", 4);
        await NothingComesAsync(served, 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatThisSideEndsStaysEnded(bool aborts)
    {
        var served = new Logbook();
        await using var server = await StartAsync(served);
        var logbook = new Logbook();
        var client = await Client.ConnectAsync($"tcp://{server.EndPoints[1]}", logbook, new ClientConnectOptions { Reconnect = Quick }).Within();
        if (aborts) client.Abort();
        else client.Close();
        await logbook.UntilAsync("close");

        await NothingComesAsync(served, 1);
        Assert.Equal(["open", "close"], logbook.Calls);
    }

    [Fact]
    public async Task WhatThisSideClosesStaysClosedAlsoWhenThePeerBreaksItMeanwhile()
    {
        using var place = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        place.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        place.Listen();
        var logbook = new Logbook();
        var client = await Client.ConnectAsync($"tcp://{place.LocalEndPoint}", logbook, new ClientConnectOptions { Reconnect = Quick, Connection = new ConnectionOptions { MaxPendingBytes = 64 << 20 } }).Within();
        using var peer = await place.AcceptAsync().WaitAsync(Patience.Limit);
        await client.EventLoop.InvokeAsync(() =>
        {
            client.Write(new byte[32 << 20]);
            client.Close();
        }).Within();
        peer.Close(timeout: 0);
        await logbook.UntilAsync("close");

        Assert.Equal(CloseReason.PeerReset, logbook.Closes.Single().Reason);
        await Task.Delay(Quick.MaxDelay * 10);
        Assert.False(place.Poll(0, SelectMode.SelectRead));
        Assert.Equal(["open", "close"], logbook.Calls);
    }

    [Fact]
    public async Task AScopeThatIsCancelledEndsAPause()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var logbook = new Logbook();
        var options = new ClientConnectOptions { Reconnect = new ReconnectOptions { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) } };
        var failure = new TaskCompletionSource<Exception?>();
        var connecting = await EventLoop.Shared.InvokeAsync(() => Coprocess.Spawn(async () =>
        {
            failure.SetResult(await Record.ExceptionAsync(() => Client.ConnectAsync($"tcp://{closed.LocalEndPoint}", logbook, options)));
        })).Within();
        await logbook.UntilAsync("close");
        await EventLoop.Shared.InvokeAsync(() => connecting.Cancel()).Within();

        Assert.IsAssignableFrom<OperationCanceledException>(await failure.Task.Within());
        Assert.Equal(["close"], logbook.Calls);
    }

    [Fact]
    public async Task AHandlerIsToldOfAFailureOutsideOfWhatConnects()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var scope = new TaskCompletionSource<CancelScope?>();
        var logbook = new Logbook { Close = _ => scope.SetResult(CancelScope.Current) };
        _ = await EventLoop.Shared.InvokeAsync(() => Coprocess.Spawn(async () =>
        {
            try
            {
                await Client.ConnectAsync($"tcp://{closed.LocalEndPoint}", logbook);
            }
            catch (SocketException)
            {
            }
        })).Within();

        Assert.Null(await scope.Task.Within());
    }

    [Fact]
    public async Task AClientThatIsLostWithinItsFirstCallbackComesAgain()
    {
        var served = new Logbook();
        await using var server = await StartAsync(served);
        var logbook = new Logbook { Open = client => { if (served.Calls.Count(call => call == "open") < 3) client.Abort(CloseReason.PeerReset); } };
        await Client.ConnectAsync($"tcp://{server.EndPoints[1]}", logbook, new ClientConnectOptions { Reconnect = Quick }).Within();

        await served.UntilAsync("open", 3);
        await logbook.UntilAsync("open", 3);
    }

    [Fact]
    public async Task AttemptsThatFailAreToldOneByOneUntilThereAreNoMore()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var logbook = new Logbook();

        await Assert.ThrowsAsync<SocketException>(() => Client.ConnectAsync($"tcp://{closed.LocalEndPoint}", logbook, new ClientConnectOptions { Reconnect = Quick with { MaxAttempts = 4 } }).Within());
        Assert.Equal(["close", "close", "close", "close"], logbook.Calls);
        Assert.All(logbook.Closes, close => Assert.Equal(CloseReason.ConnectFailed, close.Reason));
    }

    [Fact]
    public async Task AServerThatComesLateIsFound()
    {
        using var place = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        place.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        place.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var logbook = new Logbook();
        var connecting = Client.ConnectAsync($"tcp://{place.LocalEndPoint}", logbook, new ClientConnectOptions { Reconnect = Quick });
        await logbook.UntilAsync("close", 2);
        Assert.False(connecting.IsCompleted);
        place.Listen();
        using var accepted = await place.AcceptAsync().WaitAsync(Patience.Limit);

        Assert.True((await connecting.Within()).IsOpen);
    }

    [Fact]
    public async Task TheTokenEndsTheAttempts()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        var logbook = new Logbook();
        var connecting = Client.ConnectAsync($"tcp://{closed.LocalEndPoint}", logbook, new ClientConnectOptions { Reconnect = Quick with { CancellationToken = stop.Token } });
        await logbook.UntilAsync("close", 2);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
    }

    [Fact]
    public void PausesGrowToTheirMaximumAndAreSpread()
    {
        var backOff = new BackOff(new ReconnectOptions { InitialDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(10), Factor = 3, Jitter = 0.5 });

        Assert.Equal([1, 3, 4.5, 10, 5], new[] { 0, 0, 1, 0, 1.0 }.Select(chance => backOff.Next(chance).TotalSeconds));
        backOff.Reset();
        Assert.Equal(TimeSpan.FromSeconds(1), backOff.Next(0));

        var eager = new BackOff(new ReconnectOptions { InitialDelay = TimeSpan.Zero, MaxDelay = TimeSpan.FromMilliseconds(7), Jitter = 0 });
        Assert.Equal([0, 2, 4, 7, 7], new[] { 0, 0, 0, 0, 0.0 }.Select(chance => eager.Next(chance).TotalMilliseconds));

        var extreme = new BackOff(new ReconnectOptions { InitialDelay = TimeSpan.FromDays(1), MaxDelay = TimeSpan.MaxValue, Factor = double.MaxValue, Jitter = 0 });
        Assert.Equal([TimeSpan.FromDays(1), TimeSpan.MaxValue, TimeSpan.MaxValue], new[] { 0, 0, 0.0 }.Select(chance => extreme.Next(chance)));
    }

    [Fact]
    public void OptionsThatMakeNoSenseAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReconnectOptions { InitialDelay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReconnectOptions { Factor = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReconnectOptions { Jitter = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReconnectOptions { MaxAttempts = 0 });
        Assert.Throws<ArgumentException>(() => { _ = Client.ConnectAsync("ws://a/", new Logbook(), new ClientConnectOptions { Cookies = [new("a;b", "")] }); });
        Assert.Throws<ArgumentException>(() => { _ = Client.ConnectAsync("ws://a/", new Logbook(), new ClientConnectOptions { Cookies = [new("a", "b")], Headers = [new("cookie", "c=d")] }); });
    }

    private static async Task<Server> StartAsync(ClientHandler handler)
    {
        var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        server.Listen("tcp://127.0.0.1:0", handler);
        server.WebSocket("/", handler);
        await server.StartAsync().Within();
        return server;
    }

    /// <summary>Ten times as long as the longest pause.</summary>
    private static async Task NothingComesAsync(Logbook served, int opened)
    {
        await Task.Delay(Quick.MaxDelay * 10);
        Assert.Equal(opened, served.Calls.Count(call => call == "open"));
    }
}
