using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>A server whose WebSockets echo, by callbacks and in sequence, and a client of it that must not be disturbed by the others.</summary>
public sealed class EchoServer : IAsyncLifetime
{
    internal const string Callback = "/callback";
    internal const string Sequential = "/sequential";

    internal static readonly WebSocketOptions Options = new()
    {
        MaxMessageBytes = FrameRows.MaxMessageBytes,
        MaxEmptyFragments = FrameRows.MaxEmptyFragments,
        Compression = new WebSocketCompression { MinBytes = 100 },
        SubProtocols = ["chat", "superchat"],
    };

    private FramePeer _neighbour = null!;
    private int _number;

    internal CheckedEcho Handler { get; } = new();

    internal TestServer Server { get; private set; } = null!;

    internal static async ValueTask ServeAsync(HttpRequest request, ClientHandler handler, WebSocketOptions options)
    {
        if (request.Path == Callback) await request.AcceptWebSocketAsync(handler, options);
        else if (request.Path == Sequential) await request.AcceptWebSocketAsync(EchoAsync, options);
        else await request.RespondAsync("other");
    }

    internal Task<FramePeer> ConnectAsync(string path = Callback, bool isCompressed = false, byte[]? behind = null) => FramePeer.ConnectAsync(Server.Listener.LocalEndPoint, path, isCompressed, behind);

    /// <summary>Completes when the server has read what was there.</summary>
    internal async Task SettleAsync()
    {
        await Server.Loop.InvokeAsync(static () => { }).Within();
        await Server.Loop.InvokeAsync(static () => { }).Within();
    }

    /// <summary>Runs rows against both styles, one cut here, the next there, and proves that somebody else was served meanwhile.</summary>
    internal async Task RunAsync(IEnumerable<FrameRun> runs, bool isCompressed = false)
    {
        await FrameRun.AllAsync(runs, _ => ConnectAsync(Interlocked.Increment(ref _number) % 2 == 0 ? Callback : Sequential, isCompressed), SettleAsync);
        await CheckAsync();
    }

    /// <summary>Somebody else is served, and callbacks came as promised.</summary>
    internal async Task CheckAsync()
    {
        await _neighbour.EchoAsync($"still here {_number}");
        Assert.Empty(Handler.Complaints);
    }

    internal static async Task EchoAsync(WebSocket socket)
    {
        await foreach (var message in socket.ReadAllAsync()) CheckedEcho.Answer(socket, message);
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Server = await TestServer.StartAsync(request => ServeAsync(request, Handler, Options), expectedFailure: typeof(FormatException));
        _neighbour = await ConnectAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await CheckAsync();
        _neighbour.Dispose();
        await Server.AllClosedAsync();
        await Patience.UntilAsync(() => Handler.Opened == Handler.Closed, () => $"{Handler.Opened} opened, {Handler.Closed} closed.");
        Assert.Empty(Handler.Complaints);
        await Server.DisposeAsync();
    }
}
