namespace Motet.Polling;

/// <summary>
/// Decides whether a thread that has news must wake the waiting thread. The engine is woken only when the waiter may sleep, and once for each sleep, so news
/// for a busy poller cost no system call.
/// </summary>
/// <remarks>
/// The waiter says that it goes to sleep, then looks for news; the others make their news visible, then look whether it sleeps. With a full fence between the
/// two on both sides, at least one of them sees the other.
/// </remarks>
internal sealed class WakeGate(PollEngine engine)
{
    private const int Awake = 0;
    private const int Asleep = 1;
    private const int Woken = 2;

    // Never contended: one thread gets here for each sleep. It keeps the engine from being closed under a wake-up.
    private readonly Lock _closing = new();
    private int _state;
    private int _requested;
    private bool _closed;

    /// <summary>True when <see cref="Request"/> was called since <see cref="TakeRequest"/>.</summary>
    public bool IsRequested => Volatile.Read(ref _requested) != 0;

    /// <summary>True while the waiter sleeps or is about to.</summary>
    public bool IsAsleep => Volatile.Read(ref _state) == Asleep;

    /// <summary>The waiter, before it looks for news for the last time.</summary>
    public void FallAsleep() => Interlocked.Exchange(ref _state, Asleep);

    /// <summary>The waiter, after the engine returned.</summary>
    public void StayAwake() => Volatile.Write(ref _state, Awake);

    /// <summary>Any thread: there is something new that the waiter can see by now.</summary>
    public void Notify()
    {
        if (Interlocked.CompareExchange(ref _state, Woken, Asleep) != Asleep)
            return;
        lock (_closing)
        {
            if (!_closed)
                engine.Wake();
        }
    }

    /// <summary>Any thread: the current or next wait is to return.</summary>
    public void Request()
    {
        if (Interlocked.Exchange(ref _requested, 1) == 0)
            Notify();
    }

    /// <summary>The waiter, when it returns. A full fence: what was written before a request that this ends is visible afterwards.</summary>
    public bool TakeRequest() => Volatile.Read(ref _requested) != 0 && Interlocked.Exchange(ref _requested, 0) != 0;

    /// <summary>After this the engine is not touched any more.</summary>
    public void Close()
    {
        lock (_closing)
            _closed = true;
    }
}
