using Motet.Runtime;

namespace Motet.PubSub;

/// <summary>
/// A hub on one event loop: what is published is delivered here to those who live here, one publication after the other. Whatever comes while one is being delivered, or from other threads, waits in one queue, so that all
/// subscribers of the loop see the same order.
/// </summary>
internal sealed partial class PubSubLoop
{
    /// <summary>Publications delivered in a row, or callbacks called in a row, before the loop's other work has its turn.</summary>
    public const int MaxInARow = 256;

    private static readonly Action<object?> RunCallback = static state => ((PubSubLoop)state!).Run();

    [ThreadStatic]
    private static PubSubLoop? _current;

    /// <summary>What callbacks run in: nothing of what the publisher keeps in AsyncLocals (its user, its activity), as if the loop called them.</summary>
    public static readonly ExecutionContext CallbackContext = CaptureEmptyContext();

    private readonly Lock _lock = new();
    private readonly Queue<InboxItem> _inbox = new();
    private readonly HashSet<CallbackSubscriber> _callbackSubscribers = [];
    private long _inboxSize;
    private int _waiting;
    private bool _isScheduled;
    private bool _isRunning;
    private bool _isEnded;

    public PubSubLoop(PubSubHub hub, EventLoop eventLoop)
    {
        Hub = hub;
        EventLoop = eventLoop;
        HighWatermark = hub.Options.HighWatermark;
        // Weakly: a loop that never ends must not keep a hub that nobody uses any more.
        eventLoop.Completion.ContinueWith(
            static (_, state) =>
            {
                if (((WeakReference<PubSubLoop>)state!).TryGetTarget(out var loop)) loop.EventLoop.Post(RunCallback, loop);
            },
            new WeakReference<PubSubLoop>(this),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public PubSubHub Hub { get; }

    public EventLoop EventLoop { get; }

    public int HighWatermark { get; }

    /// <summary>The channel whose subscribers are being gone through, and how far. Loop only.</summary>
    public LoopChannel? Delivering { get; set; }

    public int Position { get; set; }

    /// <summary>How many callbacks are subscribed to anything. Loop only.</summary>
    public int Callbacks { get; set; }

    /// <summary>Publications handed to subscriptions. Written on the loop.</summary>
    public long Deliveries { get; set; }

    /// <summary>Publications made on this loop. Written on the loop.</summary>
    public long Publications { get; set; }

    /// <summary>
    /// Whether callbacks may be called here and now. Inside a coprocess or a cancel scope of the publisher they would be part of it; then they are called from the loop, a little later. Loop only.
    /// </summary>
    public bool MayCall => SynchronizationContext.Current == EventLoop.SynchronizationContext && CancelScope.Current is null;

    /// <summary>The one of this thread, if it is a loop that the hub knows.</summary>
    public static PubSubLoop? Current(PubSubHub hub)
    {
        var current = _current;
        if (current is not null && current.Hub == hub && current.EventLoop.IsCurrent) return current;
        return EventLoop.Current is { } loop && hub.FindLoop(loop) is { } found ? _current = found : null;
    }

    /// <summary>Delivers to those who live here: at once, or when what came before is delivered. Loop only.</summary>
    public void Deliver(in Delivery delivery)
    {
        if (_isRunning || Volatile.Read(ref _waiting) > 0 || (Callbacks > 0 && NeedsCalls(in delivery) && !MayCall))
        {
            LeaveHere(in delivery);
            CatchUp();
            return;
        }

        _isRunning = true;
        try
        {
            DeliverNow(in delivery);
        }
        finally
        {
            _isRunning = false;
        }

        if (Volatile.Read(ref _waiting) > 0) RunInbox();
    }

    /// <summary>Runs what waits, unless that is being done. Loop only.</summary>
    public void CatchUp()
    {
        if (!_isRunning && Volatile.Read(ref _waiting) > 0) RunInbox();
    }

    /// <summary>Leaves a publication for this loop itself, which catches up next. Loop only.</summary>
    public void LeaveHere(in Delivery delivery) => TryEnqueue(new InboxItem(InboxItemKind.Deliver, delivery, null), mayPost: false, out _);

    /// <summary>Leaves work for the loop, behind all that was left before. Any thread.</summary>
    public void Leave(in InboxItem item)
    {
        if (!TryEnqueue(in item, mayPost: true, out var mustPost))
        {
            if (item.Kind == InboxItemKind.Subscribe) Withdraw(item.Subscription!);
            return;
        }

        if (mustPost) EventLoop.Post(RunCallback, this);
    }

    private bool TryEnqueue(in InboxItem item, bool mayPost, out bool mustPost)
    {
        mustPost = false;
        var size = item.Size;
        lock (_lock)
        {
            if (_isEnded) return false;
            if (size > 0 && _inboxSize + size > Hub.Options.MaxLoopBytes)
            {
                Hub.CountDropped(DropReason.LoopBlocked);
                return false;
            }

            _inbox.Enqueue(item);
            _inboxSize += size;
            _waiting++;
            if (mayPost && !_isScheduled) mustPost = _isScheduled = true;
            return true;
        }
    }

    private void Run()
    {
        lock (_lock) _isScheduled = false;
        // Posts of a loop that has ended run on the thread pool.
        if (!EventLoop.IsCurrent) End();
        else CatchUp();
    }

    private void RunInbox()
    {
        _isRunning = true;
        // What needs calls that cannot be made here, and all behind it, waits for the loop: with the callbacks themselves it would wait as if they were slow.
        var mayCall = Callbacks == 0 || MayCall;
        for (var i = 0; i < MaxInARow && TryTake(mayCall, out var item); i++)
        {
            try
            {
                Execute(in item);
            }
            catch (Exception exception)
            {
                EventLoop.ReportUnhandledException(exception, this);
            }
        }

        _isRunning = false;
        var mustPost = false;
        lock (_lock)
        {
            if (_waiting > 0 && !_isScheduled) mustPost = _isScheduled = true;
        }

        if (mustPost) EventLoop.Post(RunCallback, this);
    }

    private bool TryTake(bool mayCall, out InboxItem item)
    {
        lock (_lock)
        {
            if (!_inbox.TryPeek(out item) || (!mayCall && item.Kind == InboxItemKind.Deliver && NeedsCalls(item.Delivery))) return false;
            _inbox.Dequeue();
            _inboxSize -= item.Size;
            _waiting--;
            return true;
        }
    }

    private void Execute(in InboxItem item)
    {
        switch (item.Kind)
        {
            case InboxItemKind.Deliver:
                var delivery = item.Delivery;
                DeliverNow(in delivery);
                break;
            case InboxItemKind.Subscribe:
                BeginAnnounced(item.Subscription!);
                break;
            default:
                item.Subscription!.End();
                break;
        }
    }

    // A thread that nothing flows to is where an empty one is to be had.
    private static ExecutionContext CaptureEmptyContext()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }

    private bool NeedsCalls(in Delivery delivery)
    {
        if (delivery.Channel?.Find(this) is { Callbacks: > 0 }) return true;
        if (delivery.Patterns is null) return false;
        foreach (var pattern in delivery.Patterns)
        {
            if (pattern.Find(this) is { Callbacks: > 0 }) return true;
        }

        return false;
    }

    private void DeliverNow(in Delivery delivery)
    {
        delivery.Channel?.Find(this)?.Deliver(delivery.Publication);
        if (delivery.Patterns is null) return;
        foreach (var pattern in delivery.Patterns) pattern.Find(this)?.Deliver(delivery.Publication);
    }

    /// <summary>The loop has ended, and its clients with it: what has no client ends too.</summary>
    private void End()
    {
        lock (_lock) _isEnded = true;
        while (TryTake(mayCall: true, out var item))
        {
            if (item.Kind == InboxItemKind.Subscribe) Withdraw(item.Subscription!);
        }

        foreach (var subscriber in _callbackSubscribers.ToArray()) subscriber.Subscription.End();
        Hub.Forget(this);
    }
}
