namespace Motet.Runtime;

/// <summary>One moment that a supervisor waits for. Used by the supervisor alone; what is to be done is done there too.</summary>
internal sealed class SupervisorTimer(Supervisor supervisor, Action onDue) : ITimerHandler
{
    private long _due = long.MaxValue;
    private CoprocessScheduler? _timers;
    private TimerId _id;

    public bool IsArmed => _due != long.MaxValue;

    /// <summary>Sets it to a moment instead of the one before.</summary>
    public void Arm(TimeSpan time)
    {
        Disarm();
        var due = Deadline.After(time, supervisor.Scheduler).Timestamp;
        if (due == long.MaxValue) return;
        _due = due;
        _timers = supervisor.Scheduler.ForTimers;
        _id = _timers.SetTimer(due, this);
    }

    public void Disarm()
    {
        _due = long.MaxValue;
        _timers?.CancelTimer(_id);
        _timers = null;
    }

    void ITimerHandler.OnTimer(TimerId id) => supervisor.Post(Fire);

    private void Fire()
    {
        // Moved or taken back since.
        if (supervisor.Scheduler.GetTimestamp() < _due) return;
        _due = long.MaxValue;
        _timers = null;
        onDue();
    }
}
