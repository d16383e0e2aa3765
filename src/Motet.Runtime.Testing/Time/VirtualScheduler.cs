namespace Motet.Runtime.Testing;

/// <summary>Coprocesses on one thread and a clock that stands still while anything runs.</summary>
/// <remarks>Everything is under the gate, which whoever has news pulses. Nothing foreign is called under it.</remarks>
internal sealed partial class VirtualScheduler : CoprocessScheduler
{
    private readonly object _gate = new();
    private readonly VirtualTimeOptions _options;
    private readonly ReadyQueue _ready;
    private readonly SortedSet<TimerEntry> _timers = [];
    private readonly Dictionary<TimerId, TimerEntry> _timersById = [];

    // Moments up to which the clock may go when it does not jump by itself.
    private readonly List<long> _targets = [];
    private readonly List<ScopedWait> _whenBlocked = [];
    private readonly List<Exception> _errors = [];
    private long _now = VirtualTicks.Origin;
    private ulong _lastTimer;
    private int _holds;

    public VirtualScheduler(VirtualTimeOptions options)
    {
        _options = options;
        _ready = new ReadyQueue(options.Seed is { } seed ? new Random(seed) : null);
        TimeProvider = new VirtualTimeProvider(this, options.StartTime);
    }

    public override TimeProvider TimeProvider { get; }

    /// <summary>Errors that nobody took: of coprocesses without a parent, of timer callbacks.</summary>
    public IReadOnlyList<Exception> Errors
    {
        get
        {
            lock (_gate) return [.. _errors];
        }
    }

    public override long GetTimestamp() => Volatile.Read(ref _now);

    protected override void Enqueue(CoprocessStep step)
    {
        lock (_gate)
        {
            _ready.Add(new ReadyItem(step));
            Monitor.Pulse(_gate);
        }
    }

    protected override TimerId SetTimer(long timestamp, ITimerHandler handler)
    {
        lock (_gate)
        {
            var entry = new TimerEntry(new TimerId(++_lastTimer), timestamp, handler);
            _timers.Add(entry);
            _timersById.Add(entry.Id, entry);
            Monitor.Pulse(_gate);
            return entry.Id;
        }
    }

    protected override void CancelTimer(TimerId id)
    {
        lock (_gate)
        {
            if (!_timersById.Remove(id, out var entry)) return;
            entry.IsCanceled = true;
            _timers.Remove(entry);
        }
    }

    protected override void BeginOutsideWork() => Hold();

    protected override void EndOutsideWork() => Release();

    protected override void OnUnhandledException(Coprocess coprocess, Exception exception) => AddError(exception);

    // A derived class may call these on itself only; timers of the clock's own are set from elsewhere.
    public TimerId SetTimerAt(long timestamp, ITimerHandler handler) => SetTimer(timestamp, handler);

    public void TakeTimerBack(TimerId id) => CancelTimer(id);

    public void EndAll(string reason) => CancelAll(reason);

    public void AddError(Exception exception)
    {
        lock (_gate) _errors.Add(exception);
    }

    /// <summary>Has <paramref name="wait"/> end as soon as everything waits.</summary>
    public void WakeWhenBlocked(ScopedWait wait)
    {
        lock (_gate)
        {
            _whenBlocked.Add(wait);
            Monitor.Pulse(_gate);
        }
    }

    public void Forget(ScopedWait wait)
    {
        lock (_gate) _whenBlocked.Remove(wait);
    }

    public void AddTarget(long timestamp)
    {
        lock (_gate)
        {
            _targets.Add(timestamp);
            Monitor.Pulse(_gate);
        }
    }

    public void RemoveTarget(long timestamp)
    {
        lock (_gate) _targets.Remove(timestamp);
    }

    public void Hold()
    {
        lock (_gate) _holds++;
    }

    public void Release()
    {
        lock (_gate)
        {
            _holds--;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Has the pump look again.</summary>
    public void Wake()
    {
        lock (_gate) Monitor.Pulse(_gate);
    }
}
