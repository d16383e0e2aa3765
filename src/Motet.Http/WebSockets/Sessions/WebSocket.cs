using System.Net;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// A WebSocket (RFC 6455), of either side. A message is handed over whole; one whose bytes have arrived together is looked at where they lie. Everything else is the <see cref="Client"/>'s.
/// </summary>
public sealed partial class WebSocket : Client
{
    private readonly Connection _connection;
    private readonly WebSocketOptions _options;
    private readonly Agreement? _agreed;
    private readonly byte[]? _requestHead;
    private readonly bool _isServer;
    private TimeSpan _timeout;
    private MessageAssembly? _message;
    private Rare? _rare;
    private Phase _phase;
    private bool _awaitsLife;
    private bool _isOpened;

    // Control frames of this second of the loop's clock.
    private uint _controlSecond;
    private int _controlFrames;

    /// <summary>A WebSocket whose handshake is done; see <see cref="Start"/>.</summary>
    /// <param name="connection">What it is on.</param>
    /// <param name="handler">Is told what happens.</param>
    /// <param name="options">What it may cost.</param>
    /// <param name="isServer">Which side this is: a server's frames are not masked, and a client's are.</param>
    /// <param name="subProtocol">What was agreed on.</param>
    /// <param name="compression">What was agreed on; null for none.</param>
    /// <param name="requestHead">What it began as, on a server: what <see cref="UpgradeRequest"/> reads.</param>
    internal WebSocket(Connection connection, ClientHandler handler, WebSocketOptions options, bool isServer, string? subProtocol, DeflateParameters? compression, byte[]? requestHead)
        : base(connection.EventLoop, handler)
    {
        _connection = connection;
        _options = options;
        _isServer = isServer;
        _timeout = options.PingInterval;
        _requestHead = requestHead;
        if (subProtocol is null && compression is null) return;
        _agreed = new Agreement(subProtocol, compression is null ? null : new WebSocketDeflate(compression, options.Compression!, isServer));
    }

    private enum Phase : byte
    {
        /// <summary>Messages go both ways. To CloseSent when this side closes, to Over when the peer does or violates the protocol.</summary>
        Open,

        /// <summary>A close was sent and the peer's is waited for; messages are dropped. To Over when it comes, or not in time.</summary>
        CloseSent,

        /// <summary>Nothing that comes is looked at; the connection ends. For good.</summary>
        Over,
    }

    /// <summary>The sub-protocol that was agreed on; null for none. Any thread.</summary>
    public string? SubProtocol => _agreed?.SubProtocol;

    /// <summary>Whether messages can be compressed. Any thread.</summary>
    public bool IsCompressed => Deflate is not null;

    /// <summary>Whether messages that are written from now on are compressed, where that was agreed on and they are long enough: for data that is compressed already, or has a secret beside text of others. At first true. Loop only.</summary>
    public bool CompressesOutput { get; set; } = true;

    /// <summary>The request that this began as; null for a client's own side. Made anew from the bytes that are kept on each call. Any thread.</summary>
    public UpgradeRequest? Request => _requestHead is null ? null : new UpgradeRequest(_requestHead);

    /// <inheritdoc/>
    public override ClientProtocol Protocol => ClientProtocol.WebSocket;

    /// <inheritdoc/>
    public override bool IsOpen => _phase == Phase.Open && _connection.IsOpen;

    /// <inheritdoc/>
    public override int Pending => _connection.Pending;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    /// <inheritdoc/>
    public override TimeSpan Timeout
    {
        get => _timeout;
        set
        {
            CheckTimeout(value);
            _timeout = value;
            if (_phase == Phase.Open && !_awaitsLife) _connection.SetDeadline(value);
        }
    }

    private WebSocketDeflate? Deflate => _agreed?.Deflate;

    private Rare RareState => _rare ??= new Rare();

    /// <summary>The client's side of a connection whose handshake is done, with input that may have arrived behind it: the handler is told, and messages come after. Loop only.</summary>
    /// <param name="connection">What it is on; from here on it is served as a WebSocket.</param>
    /// <param name="handler">Is told what happens.</param>
    /// <param name="options">What it may cost.</param>
    /// <param name="subProtocol">What the server chose; null for none.</param>
    /// <param name="compression">What was agreed on; null for none.</param>
    internal static WebSocket BeginClient(Connection connection, ClientHandler handler, WebSocketOptions options, string? subProtocol, DeflateParameters? compression)
    {
        var socket = new WebSocket(connection, handler, options, isServer: false, subProtocol, compression, requestHead: null);
        connection.Handler = socket.Start();
        socket.Open();
        return socket;
    }

    /// <summary>Begins, and gives what is to serve the connection from now on.</summary>
    internal ConnectionHandler Start()
    {
        WebSocketMetrics.Opened.Add(1);
        return new Callbacks(this);
    }

    /// <summary>Tells the handler that the socket is there, once. The connection is served by what <see cref="Start"/> gave.</summary>
    internal void Open()
    {
        if (_isOpened) return;
        _isOpened = true;
        if (_phase == Phase.Open) _connection.SetDeadline(_timeout);
        Opened();
        if (!IsBusy) _connection.ResumeInput();
    }

    /// <inheritdoc/>
    protected override void PauseInput()
    {
        // The peer's close is waited for, whatever the handler does.
        if (_phase == Phase.Open) _connection.PauseInput();
    }

    /// <inheritdoc/>
    protected override void ResumeInput()
    {
        // What this side took its time for is not the peer's fault.
        _message?.AwaitedSince = EventLoop.Now;
        _connection.ResumeInput();
    }

    /// <summary>What the handshake agreed on; most WebSockets have none.</summary>
    private sealed record Agreement(string? SubProtocol, WebSocketDeflate? Deflate);

    /// <summary>What an idle WebSocket does not have.</summary>
    private sealed class Rare
    {
        /// <summary>How it ends; no reason while it does not.</summary>
        public CloseDetails Closing { get; set; }

        /// <summary>A ping that could not be answered yet; later ones take its place.</summary>
        public byte[]? UnansweredPing { get; set; }
    }

    private sealed class Callbacks(WebSocket socket) : ConnectionHandler
    {
        protected override int OnData(Connection connection, Span<byte> data) => socket.Receive(data);

        protected override void OnEndOfInput(Connection connection) => socket.PeerEnded();

        protected override void OnDrained(Connection connection) => socket.OutputDrained();

        protected override void OnDeadline(Connection connection) => socket.DeadlinePassed();

        protected override void OnHangUp(Connection connection)
        {
            if (connection.IsInputPaused) socket.PeerLost();
            else base.OnHangUp(connection);
        }

        protected override void OnShutdown(Connection connection)
        {
            socket.Open();
            socket.ShuttingDown();
        }

        protected override void OnClose(Connection connection, CloseReason reason)
        {
            socket.Open();
            socket.ConnectionClosed(reason);
        }
    }
}
