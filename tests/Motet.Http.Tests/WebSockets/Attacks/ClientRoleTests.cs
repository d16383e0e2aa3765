using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>The table of frames against a client: what is masked there is not masked here, and the other way round (RFC 6455 §5.1).</summary>
public sealed class ClientRoleTests : IAsyncLifetime
{
    private static readonly DeflateParameters NoContexts = new(ServerNoContextTakeover: true, ClientNoContextTakeover: true, null, null);

    private readonly ConcurrentQueue<UnhandledLoopException> _unhandled = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CheckedEcho _handler = new();
    private EventLoopGroup _loops = null!;
    private int _number;

    public static TheoryData<string> Subjects => [.. FrameRows.BySubject.Keys];

    public static TheoryData<string> CompressedSubjects => [.. FrameRows.CompressedBySubject.Keys];

    private EventLoop Loop => _loops.Loops[0];

    [Theory]
    [MemberData(nameof(Subjects))]
    public Task HasItsOutcome(string subject) => RunAsync(FrameRows.BySubject[subject].SelectMany(row => (FrameRun[])[FrameRun.Whole(row, false), FrameRun.ByteByByte(row, false)]));

    [Theory]
    [MemberData(nameof(Subjects))]
    public Task HasItsOutcomeWhereverItIsCut(string subject) => RunAsync(FrameRows.BySubject[subject].SelectMany(row => FrameRun.Cuts(row, isFromClient: false)));

    [Theory]
    [MemberData(nameof(CompressedSubjects))]
    public Task HasItsOutcomeWhenCompressed(string subject)
        => RunAsync(FrameRows.CompressedBySubject[subject].SelectMany(row => (FrameRun[])[FrameRun.Whole(row, false), FrameRun.ByteByByte(row, false)]), isCompressed: true);

    private async Task RunAsync(IEnumerable<FrameRun> runs, bool isCompressed = false)
    {
        await FrameRun.AllAsync(runs, _ => ConnectAsync(isCompressed), SettleAsync);
        Assert.Empty(_handler.Complaints);
    }

    private async Task SettleAsync()
    {
        await Loop.InvokeAsync(static () => { }).Within();
        await Loop.InvokeAsync(static () => { }).Within();
    }

    /// <summary>A client whose handshake is done; every other is served in sequence.</summary>
    private async Task<FramePeer> ConnectAsync(bool isCompressed)
    {
        var isSequential = ++_number % 2 == 0;
        var connected = Loop.InvokeAsync(async () =>
        {
            var connection = await Connector.ConnectAsync(_listener.LocalEndPoint!);
            var handler = isSequential ? Client.HandlerFor<WebSocket>(EchoServer.EchoAsync) : _handler;
            var socket = new WebSocket(connection, handler, EchoServer.Options, isServer: false, subProtocol: null, isCompressed ? NoContexts : null, requestHead: null);
            connection.Handler = socket.Start();
            socket.Open();
            connection.ResumeInput();
        });
        var peer = FramePeer.Of(await _listener.AcceptAsync().Within(), isClient: false, isCompressed);
        await connected.Within();
        return peer;
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await Task.Yield();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = _unhandled.Enqueue });
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Patience.UntilAsync(() => _handler.Opened == _handler.Closed, () => $"{_handler.Opened} opened, {_handler.Closed} closed.");
        _listener.Dispose();
        await _loops.DisposeAsync();
        Assert.DoesNotContain(_unhandled, unhandled => unhandled.Exception is not FormatException);
        Assert.Empty(_handler.Complaints);
    }
}
