namespace Motet.Polling;

public sealed partial class Registrar
{
    private readonly TimerHeap _timers;

    /// <summary>When the next timer is due, without the lock.</summary>
    internal long NextDue => _timers.NextDue;

    /// <summary>Asks for one notification after a time, on the monotonic clock: never early, possibly late. The token ends with it.</summary>
    /// <param name="due">From now; zero is legal and fires with the next wait.</param>
    /// <returns>The token of the notification, for <see cref="CancelTimeout"/>.</returns>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public Token SetTimeout(TimeSpan due)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(due, TimeSpan.Zero);
        return SetTimer(due, TimerHeap.Once);
    }

    /// <summary>
    /// Asks for a notification at each multiple of a time from now on, on the monotonic clock, until <see cref="CancelTimeout"/>. It does not drift; ticks that nobody
    /// waited for are left out, not made up for.
    /// </summary>
    /// <param name="period">The time between two notifications. Zero is legal: one with each wait, beside the other events.</param>
    /// <returns>The token of the notifications.</returns>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public Token SetInterval(TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        return SetTimer(period, MonotonicTime.ToTicks(period));
    }

    /// <summary>
    /// Ends a time-out or interval. On the thread that waits, no notification of it follows; on another thread, a wait that is just returning may still have one.
    /// </summary>
    /// <param name="token">What <see cref="SetTimeout"/> or <see cref="SetInterval"/> returned.</param>
    /// <returns>False when the token has ended already (it fired, or was cancelled) or never was a timer's.</returns>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public bool CancelTimeout(Token token)
    {
        lock (_lock)
        {
            ThrowIfClosed();
            if (!_slots.IsLive(token, SlotKind.Timer))
                return false;
            _timers.Remove(token);
            _slots.Release(token);
            return true;
        }
    }

    internal int TakeTimers(Span<Notification> notifications, long now)
    {
        if (notifications.IsEmpty || _timers.NextDue > now)
            return 0;
        lock (_lock)
            return _timers.Take(notifications, now);
    }

    private Token SetTimer(TimeSpan due, long period)
    {
        Token token;
        bool isNext;
        lock (_lock)
        {
            ThrowIfClosed();
            var at = MonotonicTime.After(MonotonicTime.Now, due);
            token = _slots.Allocate(SlotKind.Timer, 0, Readiness.None);
            isNext = at < _timers.NextDue;
            _timers.Add(token, at, period);
        }

        // A sleeping waiter counted on the timer that was next before.
        if (isNext)
            _gate.Notify();
        return token;
    }
}
