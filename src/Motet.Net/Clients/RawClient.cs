using System.Net;

namespace Motet.Net;

/// <summary>A client without a protocol of messages: what arrives together is a message, and what is written is sent as it is.</summary>
internal sealed class RawClient : Client
{
    private readonly Connection _connection;
    private CloseDetails _closing;

    public RawClient(Connection connection, ClientHandler handler, ClientOptions options)
        : base(connection.EventLoop, handler)
    {
        _connection = connection;
        Timeout = options.Timeout;
    }

    public override ClientProtocol Protocol => ClientProtocol.Raw;

    public override bool IsOpen => _connection.IsOpen;

    public override int Pending => _connection.Pending;

    public override EndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    public override TimeSpan Timeout
    {
        get;
        set
        {
            CheckTimeout(value);
            field = value;
            _connection.SetDeadline(value);
        }
    }

    /// <summary>What the connection tells.</summary>
    public ConnectionHandler CreateCallbacks() => new Callbacks(this);

    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind) => _connection.Write(data);

    protected override void Send(SharedMessage message, MessageKind kind) => _connection.WriteShared(message.Data);

    protected override ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken) => _connection.WriteAsync(data, cancellationToken);

    protected override bool MustWait(int length) => !_connection.HasRoomFor(length);

    protected override void CloseCore(CloseCode code, string reason)
    {
        if (!_connection.IsOpen) return;
        var closeReason = code == CloseCode.GoingAway ? CloseReason.Shutdown : CloseReason.Closed;
        _closing = new CloseDetails(closeReason, Text: reason);
        _connection.CloseLingering(closeReason);
    }

    protected override void AbortCore(CloseReason reason) => _connection.Abort(reason);

    protected override void PingCore() => _connection.Close(CloseReason.IdleTimeout);

    protected override void PauseInput() => _connection.PauseInput();

    protected override void ResumeInput() => _connection.ResumeInput();

    private sealed class Callbacks(RawClient client) : ConnectionHandler
    {
        protected internal override void OnOpen(Connection connection) => client.Opened();

        protected internal override int OnData(Connection connection, Span<byte> data)
        {
            if (client.IsBusy)
            {
                connection.PauseInput();
                return 0;
            }

            connection.SetDeadline(client.Timeout);
            client.Received(data, MessageKind.Binary);
            return data.Length;
        }

        protected internal override void OnDrained(Connection connection) => client.Drained();

        protected internal override void OnDeadline(Connection connection)
        {
            // Nothing is read while a callback is waited for: that the client is silent then says nothing.
            connection.SetDeadline(client.Timeout);
            if (!client.IsBusy) client.IdleTimeoutPassed();
        }

        protected internal override void OnHangUp(Connection connection)
        {
            if (connection.IsInputPaused) client.PeerLost();
            else base.OnHangUp(connection);
        }

        protected internal override void OnShutdown(Connection connection) => client.ShuttingDown();

        protected internal override void OnClose(Connection connection, CloseReason reason) => client.Closed(client._closing.Reason == reason ? client._closing : new CloseDetails(reason));
    }
}
