using System.Net;
using Motet.Polling;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// A duplex stream of bytes on an event loop: TCP or a Unix socket. It lives on one loop from its first to its last moment, and every member is for
/// that loop's thread only, except where it says otherwise; other threads reach it through <see cref="EventLoop.Post(Action)"/> on
/// <see cref="EventLoop"/>, or with <see cref="AsStream"/>, whose operations may be called from anywhere.
/// </summary>
/// <remarks>
/// There are two ways to read. A <see cref="ConnectionHandler"/> is called with what arrives, in place, in the loop's own memory; a connection that is idle holds no
/// buffer. Or input is paused and the code that wants bytes asks for them with <see cref="Read"/> and <see cref="ReadAsync"/>.
/// </remarks>
public sealed partial class Connection : LoopResource, ITimerHandler
{
    /// <summary>Reads in a row before other connections get their turn; at 64 KiB each that is more than a socket buffer usually holds.</summary>
    private const int ReadsPerTurn = 4;

    /// <summary>Between probes of a peer that has finished sending. 5 s: 40 bytes each, to a few peers only, and little beside the minute before one that is gone is found out.</summary>
    private const int KeepAliveSeconds = 5;

    private readonly NetLoop _net;
    private readonly ConnectionOptions _options;
    private readonly IConnectionOwner? _owner;
    private ConnectionHandler _handler;
    private int _descriptor;
    private State _state;
    private CloseReason _closeReason;

    internal Connection(NetLoop net, int descriptor, ConnectionOptions options, IConnectionOwner? owner)
    {
        _net = net;
        _descriptor = descriptor;
        _options = options;
        _owner = owner;
        _handler = PullHandler.Instance;
        net.Add(this);
    }

    [Flags]
    private enum State : uint
    {
        None = 0,

        /// <summary>A callback of the handler is running: output waits for its end, and so does the last callback.</summary>
        InCallback = 1 << 0,

        /// <summary>The handler asked for no more input.</summary>
        InputPaused = 1 << 1,

        /// <summary>The kernel may hold input that was not read; it will not say so again.</summary>
        MayHaveInput = 1 << 2,

        /// <summary>The kept bytes are offered without waiting for more: they were put back, the handler is new, or input was resumed.</summary>
        OfferKept = 1 << 3,

        /// <summary>The peer finished sending, and everything before it was read.</summary>
        EndOfInput = 1 << 4,

        /// <summary>The end of input is still to be told to the handler.</summary>
        EndOfInputDue = 1 << 5,

        /// <summary>A continuation of input reading is posted.</summary>
        ReadScheduled = 1 << 6,

        /// <summary>The kernel announced the peer's end or an error: reading goes on until it is met, because nothing more will be announced.</summary>
        HangUp = 1 << 7,

        /// <summary>The kernel announced an error, or the end of both directions: nothing that is sent will arrive.</summary>
        Broken = 1 << 8,

        /// <summary>The handler was told that the connection broke while input was paused.</summary>
        HangUpTold = 1 << 9,

        /// <summary>The kernel took no more output; it tells when it does again.</summary>
        OutputBlocked = 1 << 10,

        /// <summary>Output had to wait for the kernel, and who waits for its end was not told yet.</summary>
        OutputWaited = 1 << 11,

        /// <summary>The rest of an asynchronous write waits behind the queue.</summary>
        WriteWaits = 1 << 12,

        /// <summary>The loop tells when the descriptor is writable.</summary>
        WatchesOutput = 1 << 13,

        /// <summary>The connection waits at the end of the turn to send.</summary>
        Dirty = 1 << 14,

        /// <summary>No output follows; the peer is told when all of it is sent.</summary>
        OutputEnded = 1 << 15,

        /// <summary>The peer was told that no output follows.</summary>
        OutputEndSent = 1 << 16,

        /// <summary>Close once all output is sent.</summary>
        Closing = 1 << 17,

        /// <summary>After the output, end it and drop input until the peer ends too.</summary>
        Lingering = 1 << 18,

        /// <summary>All output and its end are sent; what arrives is dropped for a while.</summary>
        Dropping = 1 << 19,

        /// <summary>The descriptor is closed.</summary>
        Closed = 1 << 20,

        /// <summary>The last callback has run.</summary>
        Finished = 1 << 21,

        /// <summary>Close when a read has to wait: what is under way is finished, nothing new is begun.</summary>
        ClosesOnWait = 1 << 22,

        /// <summary>A part of a file is in the queue.</summary>
        FileWaits = 1 << 23,

        /// <summary>Output is held back not by the kernel but so that other connections have their turn.</summary>
        OutputYields = 1 << 24,

        /// <summary>A continuation of sending is posted.</summary>
        SendScheduled = 1 << 25,

        /// <summary>The handler was told that the peer finished sending while input was paused.</summary>
        PeerFinishTold = 1 << 26,

        /// <summary>A handler was told that the server stops.</summary>
        ShutdownTold = 1 << 27,

        /// <summary>The handler is new, and will be told so too.</summary>
        ShutdownDue = 1 << 28,
    }

    /// <summary>The event loop that the connection lives on. Any thread.</summary>
    public EventLoop EventLoop => _net.Loop;

    /// <summary>Whether the connection is open. Any thread; elsewhere than on the loop the answer may be old.</summary>
    public bool IsOpen => (_state & (State.Closed | State.Closing)) == 0;

    /// <summary>Why the connection ended, or <see cref="CloseReason.None"/> while it is open. Any thread.</summary>
    public CloseReason CloseReason => _closeReason;

    /// <summary>The address of this side; null when the connection is closed. Asked from the kernel on each call.</summary>
    public EndPoint? LocalEndPoint => Has(State.Closed) ? null : SocketHandle.LocalEndPoint(_descriptor);

    /// <summary>The address of the peer; null when the connection is closed, or for an unnamed Unix socket. Asked from the kernel on each call.</summary>
    public EndPoint? RemoteEndPoint => Has(State.Closed) ? null : SocketHandle.RemoteEndPoint(_descriptor);

    /// <summary>
    /// What serves the connection; may be replaced at any time. The new handler is offered the bytes that the old one left unconsumed, after the callback or
    /// later in this turn of the loop; its <see cref="ConnectionHandler.OnOpen"/> is not called. When the old one was told that the server stops, the new one is told so too, a little later.
    /// </summary>
    public ConnectionHandler Handler
    {
        get => _handler;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _handler = value;
            if (Has(State.ShutdownTold)) TellShutdownAgain();
            OfferKeptAgain();
        }
    }

    internal int OpenIndex { get; set; }

    /// <summary>Whether anything waits in memory, to be consumed or to be sent. An idle connection holds nothing.</summary>
    internal bool HoldsBuffers => _kept is not null || _head is not null || Has(State.WriteWaits);

    internal IConnectionOwner? Owner => _owner;

    /// <summary>
    /// Begins to serve. The first read is tried before the descriptor is registered with the poller: a client that connects usually has sent by
    /// the time it is accepted, and one that is answered and closed at once then never costs a registration.
    /// </summary>
    internal void Start(ConnectionHandler handler)
    {
        _handler = handler;
        EnterCallback();
        try
        {
            handler.OnOpen(this);
            _state |= State.MayHaveInput;
            ReceiveAll();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        LeaveCallback();
        if (!Has(State.Closed)) WatchDescriptor();
    }

    internal void Shutdown()
    {
        _state &= ~State.ShutdownDue;
        if (Has(State.Closed | State.Closing)) return;
        _state |= State.ShutdownTold;
        RunCallback(static (handler, connection) => handler.OnShutdown(connection));
    }

    private void TellShutdownAgain()
    {
        if (Has(State.ShutdownDue)) return;
        _state |= State.ShutdownDue;
        _net.Loop.Post(static state => ((Connection)state!).Shutdown(), this);
    }

    /// <inheritdoc/>
    protected override void OnReady(Readiness readiness)
    {
        if ((readiness & Readiness.Writable) != 0) _state &= ~(State.OutputBlocked | State.OutputYields);
        EnterCallback();
        if ((readiness & ~Readiness.Writable) != 0)
        {
            if (!Has(State.EndOfInput)) _state |= State.MayHaveInput;
            if ((readiness & ~(Readiness.Readable | Readiness.Writable)) != 0) NoteHangUp(readiness);
            try
            {
                if (PullRead is not null) ContinueRead();
                ReceiveAll();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        LeaveCallback();
    }

    /// <inheritdoc/>
    protected override void OnLoopStopping() => Abort(CloseReason.Shutdown);

    private bool Has(State any) => (_state & any) != 0;

    private void WatchDescriptor()
    {
        var interest = Interest.Readable;
        if (Has(State.OutputBlocked))
        {
            interest |= Interest.Writable;
            _state |= State.WatchesOutput;
        }

        try
        {
            _net.Loop.Watch(this, _descriptor, interest);
        }
        catch (PollException)
        {
            // The kernel's limit of watched descriptors, or of memory: this client is one too many.
            Abort(CloseReason.Overloaded);
        }
    }

    private void EnterCallback() => _state |= State.InCallback;

    /// <summary>
    /// A callback is over: what it wrote is sent, and what it closed is closed. What the sending itself brings about (a continuation that writes on, a handler that
    /// resumes input) has its turn later, so that two who answer each other cannot hold the loop here.
    /// </summary>
    private void LeaveCallback()
    {
        if (Has(State.HangUp | State.Broken)) TellHangUp();
        if (!Has(State.OutputBlocked | State.Closed) && (_head is null || SendQueue()) && Has(State.OutputWaited | State.OutputEnded | State.Closing)) OutputIsSent();

        _state &= ~State.InCallback;
        if (Has(State.Closed))
        {
            Finish();
            return;
        }

        if (_head is not null) OutputWritten();
        if (InputIsDue) ContinueReadingLater();
    }

    private void NoteHangUp(Readiness readiness)
    {
        const Readiness BothClosed = Readiness.ReadClosed | Readiness.WriteClosed;
        if ((readiness & (Readiness.ReadClosed | Readiness.Error)) != 0) _state |= State.HangUp;
        if ((readiness & Readiness.Error) != 0 || (readiness & BothClosed) == BothClosed) _state |= State.Broken;
    }

    /// <summary>While input is paused, or when it has ended, no read would find out that the connection broke.</summary>
    private void TellHangUp()
    {
        if (!Has(State.Broken))
        {
            TellPeerFinished();
            return;
        }

        if (!Has(State.InputPaused | State.EndOfInput) || Has(State.EndOfInputDue | State.HangUpTold | State.Closing | State.Closed)) return;
        _state |= State.HangUpTold;
        try
        {
            _handler.OnHangUp(this);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>
    /// The end of input waits behind a pause. Whether the peer still reads, nothing says: one that has closed its socket altogether looks the same until it is sent something. Its kernel forgets it after a minute (Linux, tcp(7):
    /// tcp_fin_timeout) and then answers a keep-alive probe with a reset, so that the handler of a peer who is gone learns of it even if nothing is sent.
    /// </summary>
    private void TellPeerFinished()
    {
        if (!Has(State.InputPaused) || Has(State.EndOfInput | State.PeerFinishTold | State.Closing | State.Closed)) return;
        _state |= State.PeerFinishTold;
        SocketHandle.SetKeepAlive(_descriptor, KeepAliveSeconds);
        try
        {
            _handler.OnPeerFinished(this);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Runs one callback of the handler from outside the descriptor's own readiness.</summary>
    private void RunCallback(Action<ConnectionHandler, Connection> callback)
    {
        if (Has(State.InCallback))
        {
            callback(_handler, this);
            return;
        }

        EnterCallback();
        try
        {
            callback(_handler, this);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        LeaveCallback();
    }

    private void Fail(Exception exception)
    {
        _net.Loop.ReportUnhandledException(exception, this);
        Abort(CloseReason.HandlerFailed);
    }
}
