using System.Net;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// The peer of a protocol that has messages: a WebSocket, an event stream, or the bytes of a connection. It lives on one event loop; writing, closing and what it tells about itself are for any thread, all else for the loop,
/// where its <see cref="ClientHandler"/> is called.
/// </summary>
public abstract partial class Client
{
    private ClientHandler _handler;
    private Rare? _rare;
    private ClientExtension? _extension;
    private State _state;

    /// <summary>For protocols: a client that is not open yet; see <see cref="Opened"/>.</summary>
    /// <param name="loop">The loop it lives on.</param>
    /// <param name="handler">Is told what happens.</param>
    protected Client(EventLoop loop, ClientHandler handler)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(handler);
        EventLoop = loop;
        _handler = handler;
        _state = State.Unopened;
    }

    [Flags]
    private enum State : ushort
    {
        None = 0,

        /// <summary>A callback is under way; it has not returned, or what it returned has not completed.</summary>
        Busy = 1 << 0,

        /// <summary>Input rests because a callback has to be waited for.</summary>
        HoldsInput = 1 << 1,

        /// <summary>Another handler was named.</summary>
        HandlerDue = 1 << 2,

        /// <summary>The handler is to be told that the client is there.</summary>
        OpenDue = 1 << 3,

        /// <summary>What was written has left.</summary>
        DrainedDue = 1 << 4,

        /// <summary>Nothing came for the time-out.</summary>
        PingDue = 1 << 5,

        /// <summary>The server stops.</summary>
        ShutdownDue = 1 << 6,

        /// <summary>The client has ended; the handler is to be told.</summary>
        CloseDue = 1 << 7,

        /// <summary>The client has ended.</summary>
        Ended = 1 << 8,

        /// <summary>The last callback has run.</summary>
        Finished = 1 << 9,

        /// <summary>A callback has failed: no other is called but the last.</summary>
        Failed = 1 << 10,

        /// <summary>Somebody was told to wait for the end of the callbacks, and is to be told of it.</summary>
        FreeDue = 1 << 11,

        /// <summary>The client is not there yet: nothing is called.</summary>
        Unopened = 1 << 12,

        /// <summary>The next callbacks have a turn of the loop to themselves; until then nothing is called, and input rests.</summary>
        Deferred = 1 << 13,

        /// <summary>This side has closed the client.</summary>
        ClosedHere = 1 << 14,
    }

    /// <summary>The event loop that the client lives on. Any thread.</summary>
    public EventLoop EventLoop { get; }

    /// <summary>How the client is spoken to. Any thread.</summary>
    public abstract ClientProtocol Protocol { get; }

    /// <summary>Whether the client can be written to. Any thread; elsewhere than on the loop the answer may be old.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Bytes written that the kernel has not taken yet. Any thread; elsewhere than on the loop the answer may be old.</summary>
    public abstract int Pending { get; }

    /// <summary>The address of the client; null when it is closed, or for an unnamed Unix socket. Loop only.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>
    /// How long nothing may come from the client before <see cref="ClientHandler.OnPing"/> is called; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for any time. Setting it begins a new wait. Loop only.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public abstract TimeSpan Timeout { get; set; }

    /// <summary>How the client ended, or what <see cref="CloseReason.None"/> says while it has not. Any thread.</summary>
    public CloseDetails CloseDetails => Volatile.Read(ref _rare)?.CloseDetails ?? default;

    /// <summary>
    /// What serves the client; may be replaced at any time. When no callback is under way any more the old one is told that it is over (<see cref="CloseReason.HandlerReplaced"/>), then the new one that the client is there. Subscriptions stay. Loop only.
    /// </summary>
    public ClientHandler Handler
    {
        get => _rare?.NextHandler ?? _handler;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value == Handler || Has(State.CloseDue | State.Finished)) return;
            RareState.NextHandler = value;
            _state |= State.HandlerDue;
            RunDue();
        }
    }

    /// <summary>Whatever the program wants to remember with the client. Made when first asked for. Loop only.</summary>
    public IDictionary<object, object?> Items => RareState.Items ??= new Dictionary<object, object?>();

    /// <summary>Whether <see cref="Close"/> was called before the end, whatever the end was then. Loop only.</summary>
    internal bool WasClosedHere => Has(State.ClosedHere);

    private Rare RareState => _rare ??= new Rare();

    /// <summary>What an upper floor keeps with the client; null when there is none of the type. Loop only.</summary>
    /// <typeparam name="T">The type of the extension.</typeparam>
    public T? GetExtension<T>()
        where T : ClientExtension
    {
        for (var extension = _extension; extension is not null; extension = extension.Next)
        {
            if (extension is T found) return found;
        }

        return null;
    }

    /// <summary>Keeps something with the client that wants to be told what happens to it. Loop only.</summary>
    /// <param name="extension">It belongs to this client alone.</param>
    public void AddExtension(ClientExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        extension.Next = _extension;
        _extension = extension;
    }

    private bool Has(State any) => (_state & any) != 0;

    /// <summary>What most clients never need.</summary>
    private sealed class Rare
    {
        private object? _closeDetails;

        public IDictionary<object, object?>? Items { get; set; }

        public ClientHandler? NextHandler { get; set; }

        /// <summary>In one piece, because any thread may read it.</summary>
        public CloseDetails CloseDetails
        {
            get => Volatile.Read(ref _closeDetails) is CloseDetails details ? details : default;
            set => Volatile.Write(ref _closeDetails, value);
        }
    }
}
