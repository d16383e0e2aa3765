using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>
/// Lets work through at an even pace: with <c>new Throttler(10)</c> one each 100 ms, and not ten at the start of each second. Shared by many coprocesses it limits their sum; they are served in the order in which they came, and one whose wait is
/// cancelled uses up nothing.
/// </summary>
/// <remarks>
/// The clock is that of the scheduler where it was made. Timers are late by a little; up to 5 ms of that are made up for, so that the rate holds, also one above what timers can tell apart: then several pass at each timer.
/// A longer hold, and a time without work, is not made up for, except up to the burst. All members are for any thread.
/// </remarks>
public sealed partial class Throttler : IWaitOwner, ITimerHandler
{
    // Timers fire on milliseconds, those of the pool one later, and their threads have other work: less would cost a rate of 1,000 a second a part of it.
    private static readonly long Lateness = 5 * Stopwatch.Frequency / 1000;

    private readonly Lock _gate = new();
    private readonly CoprocessScheduler _scheduler = CoprocessScheduler.Current;
    private readonly long _interval;
    private readonly long _burst;

    // When the next one may pass, in the scheduler's time (the generic cell rate algorithm, with the burst taken off).
    private long _next = long.MinValue;
    private WaitQueue _waits;
    private bool _isArmed;
    private long _passed;
    private long _delayed;

    /// <summary>Makes one from a rate.</summary>
    /// <param name="ratePerSecond">How many pass in a second; more than zero, 0.1 is one in ten seconds.</param>
    /// <param name="burst">How many may pass at once after a time without any; one for an even pace.</param>
    public Throttler(double ratePerSecond, int burst = 1)
        : this(Stopwatch.Frequency / CheckRate(ratePerSecond), burst, default)
    {
    }

    /// <summary>Makes one from the time between two.</summary>
    /// <param name="interval">More than zero.</param>
    /// <param name="burst">How many may pass at once after a time without any; one for an even pace.</param>
    public Throttler(TimeSpan interval, int burst = 1)
        : this(CheckInterval(interval).TotalSeconds * Stopwatch.Frequency, burst, default)
    {
    }

    private Throttler(double interval, int burst, ValueTuple _)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        // A quarter: sums of the three stay in range.
        _interval = (long)Math.Clamp(Math.Round(interval), 1, long.MaxValue / 4d);
        _burst = (long)Math.Min((burst - 1d) * _interval, long.MaxValue / 4d);
    }

    /// <summary>What it has done so far.</summary>
    public ThrottlerStatistics GetStatistics()
    {
        lock (_gate) return new ThrottlerStatistics(_passed, _delayed, _waits.Count);
    }

    /// <summary>Waits for its turn. Cancelled with the current scope: then the turn is the next one's. No allocation in the steady state.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_waits.IsEmpty && _scheduler.GetTimestamp() is var now && now >= _next)
            {
                Pass(now, _burst);
                return default;
            }

            var wait = Wait<bool>.Rent(this);
            var task = wait.UntypedTask;
            if (wait.TryJoin(scope, cancellationToken))
            {
                _waits.Add(wait);
                Arm();
            }

            return task;
        }
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        Wait? first = null;
        Wait? last = null;
        lock (_gate)
        {
            _isArmed = false;
            var now = _scheduler.GetTimestamp();
            while (now >= _next && _waits.TryClaim(out var wait))
            {
                Pass(now, Math.Max(_burst, Lateness));
                _delayed++;
                if (last is null) first = wait;
                else last.Next = wait;
                last = wait;
            }

            Arm();
        }

        while (first is not null)
        {
            var wait = first;
            first = wait.Next;
            wait.Next = null;
            ((Wait<bool>)wait).Complete(true);
        }
    }

    private static double CheckRate(double ratePerSecond)
    {
        if (!(ratePerSecond > 0) || double.IsInfinity(ratePerSecond)) throw new ArgumentOutOfRangeException(nameof(ratePerSecond), ratePerSecond, "A rate is more than zero, and finite.");
        return ratePerSecond;
    }

    private static TimeSpan CheckInterval(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return interval;
    }

    private void Pass(long now, long credit)
    {
        _passed++;
        _next = Math.Max(_next, now - credit) + _interval;
    }

    /// <summary>Has one timer while somebody waits. It is not taken back when they leave: one that finds nobody does nothing. Under the lock.</summary>
    private void Arm()
    {
        if (_isArmed || _waits.IsEmpty) return;
        _isArmed = true;
        _scheduler.ForSharedTimers.SetTimer(_next, this);
    }
}
