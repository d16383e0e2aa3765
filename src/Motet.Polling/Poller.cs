using System.Diagnostics.CodeAnalysis;

namespace Motet.Polling;

/// <summary>
/// Waits for descriptors, timers and channels that any thread registers through <see cref="Registrar"/>. One thread waits at a time; it does no registering and no
/// I/O, so what is ready can be handed to whichever thread is to do the work.
/// </summary>
public sealed class Poller : IDisposable
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Disposed = 2;
    private const int DisposedWhileWaiting = 3;

    // The coarse clock moves once a tick of the kernel's timer: each 10 ms where that is slowest, 16 ms to be sure.
    private static readonly TimeSpan CoarseClockStep = TimeSpan.FromMilliseconds(16);

    // A thousand years: more than any clock here counts to, and room to add to.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(365_000);

    private readonly WakeGate _gate;
    private int _state;
    private uint _turn;

    /// <summary>Makes a poller on the best engine of this machine.</summary>
    /// <exception cref="PollException">The system has no descriptors or memory left, or no engine.</exception>
    public Poller() : this(PollEngine.CreateDefault())
    {
    }

    /// <summary>Makes a poller on an engine, which belongs to the poller from then on.</summary>
    /// <param name="engine">An engine that nobody else uses.</param>
    public Poller(PollEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Engine = engine;
        _gate = new WakeGate(engine);
        Registrar = new Registrar(engine, _gate);
    }

    /// <summary>Where descriptors, timers and channels are registered. One object, shared freely by any threads.</summary>
    public Registrar Registrar { get; }

    /// <summary>The engine in use. It belongs to the poller: do not call its members.</summary>
    public PollEngine Engine { get; }

    /// <summary>
    /// Waits until something is ready, <see cref="Wake"/> is called or the time is up, and fills the caller's memory. Signals do not end it. Allocates nothing and
    /// takes no lock unless a timer is due.
    /// </summary>
    /// <param name="notifications">Where notifications go, at least one place. What does not fit comes with the next wait.</param>
    /// <param name="timeout">How long to wait: zero only looks, <see cref="Timeout.InfiniteTimeSpan"/> is without limit. Never ends early, may end a little late.</param>
    /// <returns>How many notifications were written: 0 when the time was up or <see cref="Wake"/> was called.</returns>
    /// <exception cref="InvalidOperationException">Another thread is waiting.</exception>
    /// <exception cref="ObjectDisposedException">The poller is disposed, or was while this waited.</exception>
    /// <exception cref="PollException">The system refuses to wait.</exception>
    public int Wait(Span<Notification> notifications, TimeSpan timeout)
    {
        if (notifications.IsEmpty)
            throw new ArgumentException("There must be room for at least one notification.", nameof(notifications));
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "Zero, positive, or Timeout.InfiniteTimeSpan.");

        var state = Interlocked.CompareExchange(ref _state, Waiting, Idle);
        if (state != Idle)
            ThrowCannotWait(state);
        try
        {
            return timeout == TimeSpan.Zero ? Look(notifications) : WaitUntil(notifications, timeout < LongestTimeout ? timeout : LongestTimeout);
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting)
                LeaveDisposed();
        }
    }

    /// <summary>Makes the wait in progress, or else the next one, return soon. Any thread. Many calls before that return count as one.</summary>
    public void Wake() => _gate.Request();

    /// <summary>Ends the poller. A thread that waits is woken and gets <see cref="ObjectDisposedException"/>. The registered descriptors stay open: they are the callers'.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Disposed, Idle) == Idle)
        {
            Registrar.Close();
            return;
        }

        // The waiter closes the engine on its way out: it must not be closed under a system call.
        if (Interlocked.CompareExchange(ref _state, DisposedWhileWaiting, Waiting) == Waiting)
            _gate.Request();
        else if (Interlocked.CompareExchange(ref _state, Disposed, Idle) == Idle)
            Registrar.Close();
    }

    /// <summary>True while the waiting thread sleeps or is about to. For tests.</summary>
    internal bool IsAsleep => _gate.IsAsleep;

    private int Look(Span<Notification> notifications)
    {
        var now = Registrar.NextDue == long.MaxValue ? 0 : MonotonicTime.Now;
        var count = HasOwnNews(now) ? TakeAll(notifications, now) : TakeReady(notifications);
        _gate.TakeRequest();
        return count;
    }

    private int WaitUntil(Span<Notification> notifications, TimeSpan timeout)
    {
        // Only timers need the exact clock (25 ns a reading, against 7 ns for the coarse one). The coarse one is for waits that come back early, with nothing: they go on for
        // what is left, and up to CoarseClockStep longer.
        var isLimited = timeout != Timeout.InfiniteTimeSpan;
        var began = isLimited ? Environment.TickCount64 : 0;
        var remaining = timeout;
        while (true)
        {
            var nextDue = Registrar.NextDue;
            var now = nextDue == long.MaxValue ? 0 : MonotonicTime.Now;
            var isOver = false;
            var count = HasOwnNews(now) ? TakeAll(notifications, now) : Sleep(notifications, remaining, nextDue, now, out isOver);
            if (_gate.TakeRequest() || count > 0 || isOver)
                return count;
            if (isLimited)
            {
                remaining = timeout + CoarseClockStep - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
                if (remaining <= TimeSpan.Zero)
                    return 0;
            }
        }
    }

    private int Sleep(Span<Notification> notifications, TimeSpan timeout, long nextDue, long now, out bool isOver)
    {
        isOver = true;
        if (nextDue != long.MaxValue)
        {
            var timer = MonotonicTime.Until(nextDue, now);
            if (timeout == Timeout.InfiniteTimeSpan || timer <= timeout)
                (timeout, isOver) = (timer, false);
        }

        _gate.FallAsleep();

        // The last look, now that each thread with news would wake us.
        if (_gate.IsRequested || Registrar.HasSignals || Registrar.NextDue < nextDue)
            (timeout, isOver) = (TimeSpan.Zero, false);
        var count = Engine.Wait(notifications, timeout);
        _gate.StayAwake();
        isOver &= count == 0;
        return Filter(notifications, count);
    }

    private bool HasOwnNews(long now) => Registrar.NextDue <= now || Registrar.HasSignals;

    private int TakeReady(Span<Notification> notifications) => Filter(notifications, Engine.Wait(notifications, TimeSpan.Zero));

    /// <summary>
    /// Channels, timers and descriptors share the caller's memory: none may starve the others. Channels and timers take a half at most while descriptors are ready,
    /// and take turns at being first, which decides where there is room for one or two only.
    /// </summary>
    private int TakeAll(Span<Notification> notifications, long now)
    {
        var turn = _turn++;
        var half = (notifications.Length + (int)(turn & 1)) / 2;
        var count = TakeOwn(notifications[..half], now, timersFirst: (turn & 2) == 0);
        if (count < notifications.Length)
            count += TakeReady(notifications[count..]);
        if (count < notifications.Length)
            count += TakeOwn(notifications[count..], now, timersFirst: false);
        return count;
    }

    private int TakeOwn(Span<Notification> notifications, long now, bool timersFirst)
    {
        var first = (notifications.Length + 1) / 2;
        var count = timersFirst ? Registrar.TakeTimers(notifications[..first], now) : Registrar.TakeSignals(notifications[..first]);
        count += timersFirst ? Registrar.TakeSignals(notifications[count..]) : Registrar.TakeTimers(notifications[count..], now);
        count += timersFirst ? Registrar.TakeTimers(notifications[count..], now) : Registrar.TakeSignals(notifications[count..]);
        return count;
    }

    private int Filter(Span<Notification> notifications, int count)
    {
        var slots = Registrar.Slots;
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var readiness = slots.Filter(notifications[i]);
            if (readiness != Readiness.None)
                notifications[kept++] = new Notification(notifications[i].Token, readiness);
        }

        return kept;
    }

    private void LeaveDisposed()
    {
        Volatile.Write(ref _state, Disposed);
        Registrar.Close();
        ThrowDisposed();
    }

    [DoesNotReturn]
    private static void ThrowCannotWait(int state)
    {
        if (state is Disposed or DisposedWhileWaiting)
            ThrowDisposed();
        throw new InvalidOperationException("Another thread is waiting on this poller; a poller has one waiter at a time.");
    }

    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException(nameof(Poller));
}
