using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// A piece of work that can be cancelled as a whole. Everything of Motet that waits inside of it is cancelled with it, at once when it waits already and at its entry otherwise, again and
/// again until the work has left the scope; everything else gets <see cref="Token"/>. Scopes nest: a cancelled scope cancels those inside of it, and each takes only the cancel that was its own.
/// </summary>
/// <remarks>
/// The current scope flows with the execution context, as <c>AsyncLocal</c> values do. A cancelled operation did not happen: it took no data; an operation that has its data
/// already returns it, and the next one is cancelled. A scope is used once. All members are for any thread unless they say otherwise.
/// </remarks>
public sealed partial class CancelScope : ITimerHandler
{
    private static readonly AsyncLocal<CancelScope?> Ambient = new();

    // Everything below is under the lock, except where it says so. Order: a parent's lock before its child's; the lock of something that is waited for before that of a scope. Nothing foreign is called under
    // it, and it is not re-entrant.
    private ThinLock _lock;
    private CancelScope? _parent;
    private CancelScope? _firstChild;
    private CancelScope? _nextSibling;
    private CancelScope? _previousSibling;
    private CancelMember? _firstMember;
    private CancellationTokenSource? _source;
    private DrainState? _drain;
    private CancelSignal? _own;
    private CancelSignal? _signal;
    private List<Exception>? _cleanupErrors;
    private CoprocessGroup? _group;
    private volatile State _state;

    /// <summary>Makes a scope that is entered with <see cref="RunAsync(Func{CancelScope, Task})"/>. It may be cancelled before.</summary>
    public CancelScope()
        : this(CoprocessScheduler.Current)
    {
    }

    internal CancelScope(CoprocessScheduler scheduler) => Scheduler = scheduler;

    private CancelScope(Deadline deadline)
        : this() => _deadline = deadline.Timestamp;

    private CancelScope(TimeSpan time)
        : this()
    {
        _deadline = Deadline.After(time, Scheduler).Timestamp;
        if (time > TimeSpan.Zero && _deadline != long.MaxValue) _state = State.DeadlineAhead;
    }

    [Flags]
    private enum State : byte
    {
        None = 0,
        Entered = 1,
        Exited = 2,
        Shielded = 4,
        EndsOnDrain = 8,
        Draining = 16,
        Caught = 32,
        IsRoot = 64,

        /// <summary>The deadline was counted from now a moment ago: the clock need not be read again.</summary>
        DeadlineAhead = 128,
    }

    /// <summary>The scope that the caller runs in; null outside of all.</summary>
    public static CancelScope? Current => Ambient.Value;

    /// <summary>The token of the current scope, for what is not Motet's; <see cref="CancellationToken.None"/> outside of all scopes.</summary>
    public static CancellationToken CurrentToken => Current?.Token ?? CancellationToken.None;

    /// <summary>The nearest deadline of the current scope and those around it, up to a shield.</summary>
    public static Deadline CurrentDeadline => Current?.EffectiveDeadline ?? Deadline.Never;

    /// <summary>
    /// What an operation that begins now ends with, because the current scope is cancelled; null when it may begin. For those who write operations of their own, with <see cref="TryRegister"/>.
    /// </summary>
    public static ScopeCanceledException? CurrentCancellation => Current?.Cancellation;

    /// <summary>What operations in this scope end with, because it is cancelled; null when it is not.</summary>
    public ScopeCanceledException? Cancellation => Signal?.CreateException();

    /// <summary>A name for messages and dumps.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The scope around this one; null for outermost ones and before it is entered.
    /// </summary>
    public CancelScope? Parent
    {
        get
        {
            var parent = Volatile.Read(ref _parent);
            return parent is null || parent.Has(State.IsRoot) ? null : parent;
        }
    }

    /// <summary>
    /// Whether cancels and drains from outside are kept out. May change at any time: a shield that comes late frees what is inside again, one that goes lets a cancel in that came meanwhile. For
    /// cleanup that has to wait; give it a deadline.
    /// </summary>
    public bool Shield
    {
        get => Has(State.Shielded);
        set => SetShield(value);
    }

    /// <summary>Whether this scope is cancelled when a scope around it begins to drain: for waiting for new work. Set before it is entered.</summary>
    public bool EndsOnDrain
    {
        get => Has(State.EndsOnDrain);
        init => Set(State.EndsOnDrain, value);
    }

    /// <summary>Whether operations inside are cancelled: by this scope or one around it.</summary>
    public bool IsCanceled => Volatile.Read(ref _signal) is not null;

    /// <summary>Whether this scope itself fired: by <see cref="Cancel"/>, its deadline, a drain.</summary>
    public bool CancelCalled => Volatile.Read(ref _own) is not null;

    /// <summary>Whether the work was cut short by this scope: its cancel came out of the body and ended here.</summary>
    public bool CancelCaught => Has(State.Caught);

    /// <summary>Why this scope itself fired; null while it has not.</summary>
    public CancelKind? Kind => Volatile.Read(ref _own)?.Kind;

    /// <summary>What was given as reason when this scope was cancelled.</summary>
    public string? Reason => Volatile.Read(ref _own)?.Reason;

    /// <summary>The error that this scope was cancelled for, if it was one.</summary>
    public Exception? Cause => Volatile.Read(ref _own)?.Cause;

    /// <summary>
    /// Fires when operations inside are cancelled. For <c>HttpClient</c>, drivers, <c>Task.Delay</c>: an <see cref="OperationCanceledException"/> that comes of it ends at this scope like Motet's own.
    /// </summary>
    public CancellationToken Token
    {
        get
        {
            using (Hold())
            {
                if (_source is null)
                {
                    _source = new CancellationTokenSource();
                    if (_signal is not null) _source.Cancel();
                }

                return _source.Token;
            }
        }
    }

    internal CoprocessScheduler Scheduler { get; }

    /// <summary>The coprocess that runs in this scope or, for inner ones, around it.</summary>
    internal Coprocess? Coprocess { get; set; }

    /// <summary>The coprocesses that end before the scope does; for scopes of coprocesses and nurseries.</summary>
    internal CoprocessGroup? Group
    {
        get => _group;
        set => _group = value;
    }

    internal CancelSignal? Signal => Volatile.Read(ref _signal);

    internal CancellationToken TokenIfUsed => _source?.Token ?? new CancellationToken(canceled: true);

    /// <summary>Throws when the current scope is cancelled. For code that computes for long between two operations.</summary>
    /// <exception cref="ScopeCanceledException">It is.</exception>
    public static void ThrowIfCanceled() => Current?.ThrowIfSignaled();

    /// <summary>The scope over all outermost ones of a scheduler.</summary>
    internal static CancelScope CreateRoot(CoprocessScheduler scheduler)
    {
        var root = new CancelScope(scheduler) { _state = State.Entered | State.IsRoot };
        root.Group = new CoprocessGroup(root);
        return root;
    }

    /// <summary>The group of a coprocess whose body has ended; null when it never had a child, and from then on cannot have one.</summary>
    internal CoprocessGroup? CloseGroup() => Interlocked.CompareExchange(ref _group, CoprocessGroup.Closed, null);

    /// <summary>The group, made when it is first needed.</summary>
    internal CoprocessGroup EnsureGroup() => _group ?? Interlocked.CompareExchange(ref _group, new CoprocessGroup(this), null) ?? _group;

    /// <summary>Takes the lock of the scope.</summary>
    internal ThinLock.Holder Hold() => ThinLock.Hold(ref _lock);

    internal static void MakeCurrent(CancelScope? scope) => Ambient.Value = scope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIfSignaled()
    {
        if (Volatile.Read(ref _signal) is { } signal) Throw(signal);
    }

    private static void Throw(CancelSignal signal) => throw signal.CreateException();

    private bool Has(State state) => (_state & state) != 0;

    private void Set(State state, bool value) => _state = value ? _state | state : _state & ~state;
}
