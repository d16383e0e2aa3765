using System.Diagnostics;
using Motet.Runtime;

namespace Motet.Net;

public sealed partial class Connection
{
    private static readonly double StopwatchTicksPerTick = (double)Stopwatch.Frequency / TimeSpan.TicksPerSecond;

    // One timer serves both deadlines. It is not moved when a deadline moves later, which happens with each request: when it fires
    // too soon it is set again for what remains.
    private TimerId _timer;
    private long _timerDue;
    private long _deadline;

    /// <summary>
    /// Has <see cref="ConnectionHandler.OnDeadline"/> called once after this time, unless the deadline is set anew or cleared before. Costs no more than a store when it moves
    /// later. Without effect when the connection is closing.
    /// </summary>
    /// <param name="due">The time from the beginning of this turn of the loop; <see cref="Timeout.InfiniteTimeSpan"/> clears the deadline.</param>
    public void SetDeadline(TimeSpan due)
    {
        if (Has(State.Closed | State.Closing)) return;
        _deadline = After(due);
        ArmTimer(_deadline);
    }

    /// <summary>Takes the deadline back.</summary>
    public void ClearDeadline()
    {
        if (!Has(State.Closing)) _deadline = 0;
    }

    /// <inheritdoc/>
    void ITimerHandler.OnTimer(TimerId id)
    {
        _timerDue = 0;
        _timer = default;
        if (Has(State.Closed)) return;

        var now = _net.Loop.Now;
        if (WriteDeadline != 0 && WriteDeadline <= now)
        {
            // A write that was taken back leaves the deadline behind, but nothing that waits.
            WriteDeadline = 0;
            if (Pending > 0 || Has(State.FileWaits)) CheckWritePace();
            else StopWritePace();
            if (Has(State.Closed)) return;
        }

        if (_deadline != 0 && _deadline <= now)
        {
            _deadline = 0;
            if (Has(State.Dropping)) CloseNow(_closeReason);
            else RunCallback(static (handler, connection) => handler.OnDeadline(connection));
            if (Has(State.Closed)) return;
        }

        ArmTimer(_deadline);
        ArmTimer(WriteDeadline);
    }

    /// <summary>A point in time on the loop's clock; 0, which means never, for an infinite time.</summary>
    private long After(TimeSpan due)
    {
        if (due == Timeout.InfiniteTimeSpan) return 0;
        var now = _net.Loop.Now;
        var ticks = due.Ticks * StopwatchTicksPerTick;
        return ticks < long.MaxValue - now ? now + (long)ticks : 0;
    }

    private void ArmTimer(long due)
    {
        if (due == 0) return;
        if (_timerDue != 0)
        {
            if (_timerDue <= due) return;
            _net.Loop.CancelTimer(_timer);
        }

        _timerDue = due;
        _timer = _net.Loop.SetTimer(TimeSpan.FromTicks((long)((due - _net.Loop.Now) / StopwatchTicksPerTick) + 1), this);
    }

    private void CancelTimer()
    {
        _deadline = WriteDeadline = 0;
        if (_timerDue == 0) return;
        _timerDue = 0;
        _net.Loop.CancelTimer(_timer);
    }

    /// <summary>
    /// Output waits: looks at how the peer takes it, and when to look again. What the kernel says about room is not enough: there is some only when a third of its buffer is free, which can be a megabyte, and a slow peer
    /// would look dead.
    /// </summary>
    private void CheckWritePace()
    {
        Pace ??= new WritePace();
        var reason = Pace.Check(_options, SocketHandle.CountUnacknowledged(_descriptor), _net.Loop.Now, out var next);
        if (reason != CloseReason.None)
        {
            Abort(reason);
            return;
        }

        WriteDeadline = After(next);
        ArmTimer(WriteDeadline);
    }

    private void StopWritePace()
    {
        WriteDeadline = 0;
        Pace?.Stop();
    }
}
