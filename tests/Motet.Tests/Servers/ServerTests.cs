using System.Net;
using System.Net.Sockets;
using Motet.Http;

namespace Motet.Tests;

public sealed class ServerTests
{
    private const string AnyPort = "http://127.0.0.1:0";

    [Fact]
    public async Task OneLineServesUntilTheTokenFires()
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}.sock");
        using var stop = new CancellationTokenSource();
        var serving = Server.ServeAsync($"http+unix://{path}", request => request.RespondAsync("Hello world!\n"), stop.Token);
        await Patience.UntilAsync(() => File.Exists(path));
        using (var client = await ConnectWhenListeningAsync(new UnixDomainSocketEndPoint(path))) Assert.Contains("200 OK", await client.GetAsync("/", "Hello world!\n"));
        await stop.CancelAsync();
        await serving.Within();
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EachListenerServesItsProtocol(int loops)
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Guid.NewGuid():N}.sock");
        await using var server = new Server(["-b", "127.0.0.1", "-p", "0", "-t", loops.ToString()]);
        server.Http(request => request.RespondAsync("http\n"));
        server.Listen("http://[::1]:0");
        server.Listen("tcp://127.0.0.1:0", connection => { connection.Write("tcp\n"u8); return default; });
        server.Listen($"http+unix://{path}1");
        server.Listen($"unix://{path}2", connection => { connection.Write("unix\n"u8); return default; });
        await server.StartAsync().Within();

        Assert.Equal(5, server.EndPoints.Count);
        string[] answers = ["http\n", "http\n", "tcp\n", "http\n", "unix\n"];
        foreach (var (endPoint, answer) in server.EndPoints.Zip(answers))
        {
            if (endPoint is IPEndPoint ip) Assert.NotEqual(0, ip.Port);
            using var client = await RawClient.ConnectAsync(endPoint);
            if (answer == "http\n") await client.GetAsync("/", answer);
            else Assert.Equal(answer, await client.ReceiveToEndAsync());
        }
    }

    [Fact]
    public async Task RequestsGoToTheHandlerOfExactlyTheirPath()
    {
        await using var server = await StartAsync(server =>
        {
            server.Http("/a", request => request.RespondAsync("old"));
            server.Http("/a", request => request.RespondAsync("<a>"));
            server.Http("/a/b", request => request.RespondAsync("<b>"));
            server.Http(request => request.RespondAsync("<other>"));
        });
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.GetAsync("/a", "<a>");
        await client.GetAsync("/a?query", "<a>");
        await client.GetAsync("/a/b", "<b>");
        await client.GetAsync("/A", "<other>");
        await client.GetAsync("/a/", "<other>");
        await client.GetAsync("/", "<other>");
    }

    [Fact]
    public async Task WithoutAHandlerForTheRestItIsNotFound()
    {
        await using var server = await StartAsync(server => server.Http("/a", request => request.RespondAsync("<a>")));
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        Assert.StartsWith("HTTP/1.1 404 ", await client.GetAsync("/b", "Not Found\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await client.GetAsync("/a", "<a>"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("/a?b")]
    [InlineData("/a b")]
    [InlineData("")]
    public void AHandlerForWhatIsNoPathIsRefused(string path) => Assert.Throws<ArgumentException>(() => new Server().Http(path, request => default));

    [Fact]
    public void AListenerWithoutAWayToServeIsRefused()
    {
        var server = new Server();
        Assert.Throws<ArgumentException>(() => server.Listen("tcp://127.0.0.1:0"));
        Assert.Throws<ArgumentException>(() => server.Listen(AnyPort, connection => default));
    }

    [Fact]
    public async Task AServerWithNothingToListenOnDoesNotStart()
    {
        await using var server = new Server();
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task AnAddressInUseIsNamedAndNothingIsLeftRunning(int loopsBefore, int loops)
    {
        await using var first = await StartAsync(server => { }, loopsBefore);
        var port = ((IPEndPoint)first.EndPoints[0]).Port;
        var told = new List<ServerState>();

        var second = new Server(new ServerOptions { Loops = loops });
        second.Listen("http://127.0.0.2:0");
        second.Listen($"http://127.0.0.1:{port}");
        foreach (var state in Enum.GetValues<ServerState>()) second.OnState(state, () => told.Add(state));
        var exception = await Assert.ThrowsAsync<SocketException>(() => second.StartAsync().Within());

        Assert.Equal(SocketError.AddressAlreadyInUse, exception.SocketErrorCode);
        Assert.Contains($"http://127.0.0.1:{port}", exception.Message);
        Assert.Equal([ServerState.Starting, ServerState.Stopping, ServerState.Stopped], told);
        Assert.Empty(second.EndPoints);
        await second.StopAsync().Within();
        await second.DisposeAsync();
        using var client = await RawClient.ConnectAsync(first.EndPoints[0]);
        Assert.Contains(" 404 ", await client.GetAsync("/", "Not Found\n"));
    }

    [Fact]
    public async Task StatesAreToldInOrder()
    {
        var told = new List<string>();
        var server = new Server();
        server.Listen(AnyPort);
        server.OnState(ServerState.Stopped, () => told.Add("stopped"));
        server.OnState(ServerState.Started, () => told.Add($"started on {server.EndPoints.Count}"));
        server.OnState(ServerState.Starting, () => told.Add("starting 1"));
        server.OnState(ServerState.Starting, () => told.Add("starting 2"));
        server.OnState(ServerState.Stopping, () => throw new InvalidOperationException("does not stop the stop"));
        server.OnState(ServerState.Stopping, () => told.Add("stopping"));
        await server.StartAsync().Within();
        Assert.Equal(["starting 1", "starting 2", "started on 1"], told);
        await server.StopAsync().Within();
        Assert.Equal(["starting 1", "starting 2", "started on 1", "stopping", "stopped"], told);
    }

    [Theory]
    [InlineData(ServerState.Starting)]
    [InlineData(ServerState.Started)]
    public async Task ACallbackThatFailsEndsTheStart(ServerState state)
    {
        await using var server = new Server();
        server.Listen(AnyPort);
        server.OnState(state, () => throw new NotSupportedException());
        await Assert.ThrowsAsync<NotSupportedException>(() => server.StartAsync().Within());
    }

    [Fact]
    public async Task AServerIsSetUpBeforeItStartsAndRunsOnce()
    {
        await using var server = await StartAsync(server => { });
        Assert.Throws<InvalidOperationException>(() => server.Http(request => default));
        Assert.Throws<InvalidOperationException>(() => server.Http("/", request => default));
        Assert.Throws<InvalidOperationException>(() => server.Listen(AnyPort));
        Assert.Throws<InvalidOperationException>(() => server.OnState(ServerState.Started, () => { }));
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
        await server.StopAsync().Within();
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
    }

    [Fact]
    public async Task AServerThatNeverStartedIsDisposedAndStaysStopped()
    {
        var server = new Server();
        server.Listen(AnyPort);
        await server.DisposeAsync();
        await server.DisposeAsync();
        await server.StopAsync().Within();
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
    }

    [Fact]
    public async Task StoppingWhileItStartsWaitsForTheStart()
    {
        for (var i = 0; i < 20; i++)
        {
            var server = new Server(new ServerOptions { Loops = 2 });
            server.Listen(AnyPort);
            var starting = server.StartAsync();
            await server.StopAsync().Within();
            Assert.True(starting.IsCompletedSuccessfully);
            await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(server.EndPoints[0]));
        }
    }

    [Fact]
    public async Task RunningEndsWhenSomebodyElseStopsTheServer()
    {
        var server = new Server();
        server.Listen(AnyPort);
        var started = new TaskCompletionSource();
        server.OnState(ServerState.Started, started.SetResult);
        server.Http(request => { _ = server.StopAsync(); return request.RespondAsync("bye\n"); });
        var running = server.RunAsync();
        await started.Task.Within();
        using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
        await client.GetAsync("/", "bye\n");
        await running.Within();
    }

    [Fact]
    public async Task StartingAndStoppingLeavesNothingBehind()
    {
        await RoundAsync();
        var descriptors = Count("fd");
        var threads = Count("task");
        for (var i = 0; i < 30; i++) await RoundAsync();

        // Threads of the pool come and go, and sockets of other tests too; what a round left behind would be there thirty times.
        await Patience.UntilAsync(() => Count("fd") < descriptors + 30 && Count("task") < threads + 30, () => $"{Count("fd")} descriptors, {descriptors} before; {Count("task")} threads, {threads} before");

        static int Count(string what) => Directory.GetFileSystemEntries($"/proc/self/{what}").Length;

        static async Task RoundAsync()
        {
            await using var server = await StartAsync(server => server.Http(request => request.RespondAsync("ok\n")), loops: 2);
            using var client = await RawClient.ConnectAsync(server.EndPoints[0]);
            await client.GetAsync("/", "ok\n");
            await server.StopAsync().Within();
        }
    }

    private static async Task<Server> StartAsync(Action<Server> setUp, int loops = 1)
    {
        var server = new Server(new ServerOptions { Loops = loops });
        server.Listen(AnyPort);
        setUp(server);
        await server.StartAsync().Within();
        return server;
    }

    /// <summary>The file of a Unix socket is there a moment before the socket listens.</summary>
    private static async Task<RawClient> ConnectWhenListeningAsync(EndPoint endPoint)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await RawClient.ConnectAsync(endPoint);
            }
            catch (SocketException) when (attempt < 500)
            {
                await Task.Delay(10);
            }
        }
    }
}
