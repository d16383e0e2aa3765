using System.Net;
using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// A client that gets server-sent events (WHATWG HTML §9.2), such as a browser's <c>EventSource</c>: a response that goes on until one of the two closes. Text that is written is an event with that data; a client sends nothing, so
/// <see cref="ClientHandler.OnMessage"/> never comes. It begins with <see cref="HttpRequest.AcceptEventStreamAsync(ClientHandler, EventStreamOptions?)"/>.
/// </summary>
/// <remarks>
/// An event is text in UTF-8. Bytes that are not are refused with <see cref="ArgumentException"/>; a <see cref="SharedMessage"/> of such bytes, which is for many clients, is not sent to this one, and counted (<c>motet.http.event_stream.not_text</c>). Lines may end
/// with CRLF, CR or LF; a client gets LF. A client whose stream ends connects again after a while, unless the answer then is 204.
/// </remarks>
public sealed partial class EventStream : Client
{
    private readonly Connection _connection;
    private readonly int _maxInput;
    private CloseDetails _closing;
    private int _input;
    private bool _isOpened;

    internal EventStream(HttpRequest request, ClientHandler handler, EventStreamOptions options)
        : base(request.Connection.EventLoop, handler)
    {
        _connection = request.Connection;
        _maxInput = options.MaxInputBytes;
        Request = new UpgradeRequest(request);
        Timeout = options.PingInterval;
    }

    /// <summary>The request that the client began with. Any thread.</summary>
    public UpgradeRequest Request { get; }

    /// <summary>The id of the last event that the client has got, before it lost the stream; null for a new client. Any thread.</summary>
    public string? LastEventId => Request.Headers["Last-Event-ID"] is { } id ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(id)) : null;

    /// <inheritdoc/>
    public override ClientProtocol Protocol => ClientProtocol.EventStream;

    /// <inheritdoc/>
    public override bool IsOpen => _connection.IsOpen;

    /// <inheritdoc/>
    public override int Pending => _connection.Pending;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    /// <summary>How long nothing may be sent to the client before <see cref="ClientHandler.OnPing"/> is called, which sends a comment; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for any time. Setting it begins a new wait. Loop only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public override TimeSpan Timeout
    {
        get;
        set
        {
            CheckTimeout(value);
            field = value;
            Rest();
        }
    }

    /// <summary>Has the client open, unless it has opened. Not from within the request's handler, whose scope is not the client's.</summary>
    internal void Open()
    {
        if (_isOpened) return;
        _isOpened = true;
        Rest();
        Opened();
        _connection.ResumeInput();
    }

    internal ConnectionHandler CreateCallbacks() => new Callbacks(this);

    /// <inheritdoc/>
    protected override void CloseCore(CloseCode code, string reason)
    {
        if (!_connection.IsOpen) return;
        var closeReason = code == CloseCode.GoingAway ? CloseReason.Shutdown : CloseReason.Closed;
        _closing = new CloseDetails(closeReason, Text: reason);
        _connection.CloseLingering(closeReason);
    }

    /// <inheritdoc/>
    protected override void AbortCore(CloseReason reason) => _connection.Abort(reason);

    /// <inheritdoc/>
    protected override void PingCore()
    {
        _connection.Write(EventWriter.Comment);
        Rest();
    }

    /// <inheritdoc/>
    protected override void PauseInput()
    {
        // There is none to hold back, and its end has to be seen.
    }

    /// <inheritdoc/>
    protected override void ResumeInput()
    {
    }

    /// <summary>Something was sent: the wait for the next ping begins anew.</summary>
    private void Rest() => _connection.SetDeadline(Timeout);

    private int Drop(int length)
    {
        if (length > _maxInput - _input) _connection.Abort(CloseReason.ProtocolError);
        else _input += length;
        return length;
    }

    private sealed class Callbacks(EventStream client) : ConnectionHandler
    {
        protected override int OnData(Connection connection, Span<byte> data) => client.Drop(data.Length);

        // It may be reading still, or be gone: who is gone answers what is sent with a reset.
        protected override void OnEndOfInput(Connection connection) => client.PingCore();

        protected override void OnHangUp(Connection connection) => connection.Abort(CloseReason.PeerClosed);

        protected override void OnDrained(Connection connection)
        {
            client.Open();
            client.Drained();
        }

        protected override void OnDeadline(Connection connection)
        {
            client.Rest();
            if (client.IsBusy) client.PingCore();
            else client.IdleTimeoutPassed();
        }

        protected override void OnShutdown(Connection connection)
        {
            client.Open();
            client.ShuttingDown();
        }

        protected override void OnClose(Connection connection, CloseReason reason)
        {
            client.Open();
            client.Closed(client._closing.Reason == reason ? client._closing : new CloseDetails(reason));
        }
    }
}
