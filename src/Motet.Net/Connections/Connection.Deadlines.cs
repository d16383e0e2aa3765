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
    private long _writeDeadline;

    /// <summary>Has <see cref="ConnectionHandler.OnDeadline"/> called once after this time, unless the deadline is set anew or cleared before. Costs no more than a store when it moves later.</summary>
    /// <param name="due">The time from the beginning of this turn of the loop.</param>
    public void SetDeadline(TimeSpan due)
    {
        _deadline = After(due);
        ArmTimer(_deadline);
    }

    /// <summary>Takes the deadline back.</summary>
    public void ClearDeadline() => _deadline = 0;

    /// <inheritdoc/>
    void ITimerHandler.OnTimer(TimerId id)
    {
        _timerDue = 0;
        _timer = default;
        if (Has(State.Closed)) return;

        var now = _net.Loop.Now;
        if (_writeDeadline != 0 && _writeDeadline <= now)
        {
            Abort(CloseReason.WriteTimeout);
            return;
        }

        if (_deadline != 0 && _deadline <= now)
        {
            _deadline = 0;
            if (Has(State.Lingering)) CloseNow(_closeReason);
            else RunCallback(static (handler, connection) => handler.OnDeadline(connection));
            if (Has(State.Closed)) return;
        }

        if (_deadline != 0) ArmTimer(_deadline);
        if (_writeDeadline != 0) ArmTimer(_writeDeadline);
    }

    private long After(TimeSpan due) => _net.Loop.Now + (long)(due.Ticks * StopwatchTicksPerTick);

    private void ArmTimer(long due)
    {
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
        _deadline = _writeDeadline = 0;
        if (_timerDue == 0) return;
        _timerDue = 0;
        _net.Loop.CancelTimer(_timer);
    }

    private void StartWriteDeadline()
    {
        if (_writeDeadline != 0) return;
        _writeDeadline = After(_options.WriteTimeout);
        ArmTimer(_writeDeadline);
    }

    private void ProgressMade()
    {
        if (_writeDeadline != 0) _writeDeadline = After(_options.WriteTimeout);
    }
}
