using System.Collections.Concurrent;
using System.Net;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>A server on one loop and a port of its own. Ends with a failure when anything escaped to the loop.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<UnhandledLoopException> _unhandled;
    private readonly EventLoopGroup _loops;

    private TestServer(EventLoopGroup loops, ConcurrentQueue<UnhandledLoopException> unhandled, Listener listener, RecordingLogger log, ConcurrentQueue<Connection> connections)
    {
        _loops = loops;
        _unhandled = unhandled;
        Listener = listener;
        Log = log;
        Connections = connections;
    }

    public Listener Listener { get; }

    public RecordingLogger Log { get; }

    /// <summary>All that were accepted, in order.</summary>
    public ConcurrentQueue<Connection> Connections { get; }

    public EventLoop Loop => _loops.Loops[0];

    /// <summary>Whether failures of this type are part of the test.</summary>
    public Type? ExpectedFailure { get; init; }

    public Uri Url => new($"http://{Listener.LocalEndPoint}");

    public static async Task<TestServer> StartAsync(HttpHandler handler, ServerLimits? limits = null, HttpOptions? options = null, Type? expectedFailure = null)
    {
        var unhandled = new ConcurrentQueue<UnhandledLoopException>();
        var connections = new ConcurrentQueue<Connection>();
        var log = new RecordingLogger();
        var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = unhandled.Enqueue });
        var service = new HttpService(handler, limits, log, options);
        var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            connection =>
            {
                connections.Enqueue(connection);
                return service.Serve(connection);
            },
            service.ListenerOptions());
        return new TestServer(loops, unhandled, listener, log, connections) { ExpectedFailure = expectedFailure };
    }

    public Task<RawClient> ConnectAsync(int receiveBuffer = 0) => RawClient.ConnectAsync(Listener.LocalEndPoint, receiveBuffer);

    /// <summary>Waits until the first connection, or another, has ended, and says why it has.</summary>
    public async Task<CloseReason> CloseReasonAsync(int index = 0)
    {
        await Patience.UntilAsync(() => Connections.Count > index && Connections.ElementAt(index).CloseReason != CloseReason.None);
        return Connections.ElementAt(index).CloseReason;
    }

    /// <summary>Waits until the first connection has answers that wait for its client, and nothing moves any more.</summary>
    public async Task HeldAsync()
    {
        var before = 0;
        for (var turns = 0; turns < 300; turns++)
        {
            await Loop.InvokeAsync(static () => { }).Within();
            var pending = Connections.TryPeek(out var connection) ? connection.Pending : 0;
            if (pending == 0 || pending != before) turns = 0;
            before = pending;
        }
    }

    /// <summary>Waits until no more connections than these are open.</summary>
    public Task AllButAsync(int count) => Patience.UntilAsync(() => Listener.OpenConnections <= count);

    public Task AllClosedAsync() => Patience.UntilAsync(() => Listener.OpenConnections == 0);

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await _loops.DisposeAsync();
        Assert.DoesNotContain(_unhandled, unhandled => ExpectedFailure is null || unhandled.Exception.GetType() != ExpectedFailure);
    }
}
