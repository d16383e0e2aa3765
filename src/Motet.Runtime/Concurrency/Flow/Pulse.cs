namespace Motet.Runtime;

/// <summary>
/// A beat that any number of coprocesses wait on: each of its waits ends with the next pulse, for all at once. A pulse that nobody waits for is nothing, and costs nothing.
/// </summary>
/// <remarks>Pulses are due at multiples of the interval from the moment it was made, on the clock of the scheduler of that moment; never early. All members are for any thread.</remarks>
public sealed class Pulse : IDisposable, IWaitOwner, ITimerHandler
{
    private readonly Lock _gate = new();
    private readonly CoprocessScheduler _scheduler = CoprocessScheduler.Current;
    private readonly Deadline _start;
    private readonly TimeSpan _interval;
    private WaitQueue _waits;
    private Deadline _due;
    private bool _isArmed;
    private bool _isStopped;

    /// <summary>Makes one.</summary>
    /// <param name="interval">The time from pulse to pulse; more than zero.</param>
    public Pulse(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        _interval = interval;
        _start = new Deadline(_scheduler.GetTimestamp());
    }

    /// <summary>
    /// Waits for the next pulse: true when it has come; false, also at once, when the pulse was stopped. Cancelled with the current scope. No allocation in the steady state.
    /// </summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<bool>(canceled);
        lock (_gate)
        {
            if (_isStopped) return new ValueTask<bool>(false);
            var wait = Wait<bool>.Rent(this);
            var task = wait.Task;
            if (wait.TryJoin(scope, cancellationToken))
            {
                _waits.Add(wait);
                Arm();
            }

            return task;
        }
    }

    /// <summary>Ends it, and all waits with false. May be called again.</summary>
    public void Stop()
    {
        lock (_gate) _isStopped = true;
        Release(true);
    }

    /// <summary>The same as <see cref="Stop"/>.</summary>
    public void Dispose() => Stop();

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        lock (_gate)
        {
            _isArmed = false;
            if (_scheduler.GetTimestamp() < _due.Timestamp)
            {
                Arm();
                return;
            }
        }

        Release(false);
    }

    /// <summary>Has one timer while somebody waits. It is not taken back when they leave: one that finds nobody does nothing. Under the lock.</summary>
    private void Arm()
    {
        if (_isArmed || _waits.IsEmpty) return;
        _isArmed = true;
        var passed = _start.TimeUntil(new Deadline(_scheduler.GetTimestamp())).Ticks / _interval.Ticks;
        _due = _start + TimeSpan.FromTicks((passed + 1) * _interval.Ticks);
        _scheduler.ForSharedTimers.SetTimer(_due.Timestamp, this);
    }

    private void Release(bool isStop)
    {
        Wait? first = null;
        Wait? last = null;
        lock (_gate)
        {
            while (_waits.TryClaim(out var wait))
            {
                if (last is null) first = wait;
                else last.Next = wait;
                last = wait;
            }
        }

        while (first is not null)
        {
            var wait = first;
            first = wait.Next;
            wait.Next = null;
            ((Wait<bool>)wait).Complete(!isStop);
        }
    }
}
