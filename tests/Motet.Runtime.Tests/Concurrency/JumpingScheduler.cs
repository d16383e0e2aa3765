using System.Diagnostics;

namespace Motet.Runtime.Tests;

/// <summary>A scheduler on the thread of the test whose clock stands still while something runs and jumps to the next timer when everything waits.</summary>
internal sealed class JumpingScheduler : CoprocessScheduler
{
    private readonly object _gate = new();
    private readonly Queue<CoprocessStep> _steps = new();
    private readonly PriorityQueue<(ITimerHandler Handler, TimerId Id), long> _timers = new();
    private readonly HashSet<TimerId> _canceled = [];
    private long _now = Stopwatch.Frequency;
    private int _lastTimer;

    public JumpingScheduler() => TimeProvider = new Clock(this);

    public override TimeProvider TimeProvider { get; }

    /// <summary>The time of the day at the start; may be set while it runs.</summary>
    public DateTimeOffset Origin { get; set; } = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Stopwatch.Frequency, Volatile.Read(ref _now));

    public static void Run(Func<JumpingScheduler, Task> body)
    {
        var scheduler = new JumpingScheduler();
        var main = Coprocess.Spawn(() => body(scheduler), options: new CoprocessOptions { Scheduler = scheduler });
        var end = main.AsTask();
        while (!end.IsCompleted) scheduler.Step();
        end.GetAwaiter().GetResult();
    }

    /// <summary>What holds the thread up for a time: nothing else runs, the clock goes on.</summary>
    public void Hold(TimeSpan time) => _now += (long)(time.TotalSeconds * Stopwatch.Frequency);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    protected internal override void Enqueue(CoprocessStep step)
    {
        lock (_gate)
        {
            _steps.Enqueue(step);
            Monitor.Pulse(_gate);
        }
    }

    protected internal override TimerId SetTimer(long timestamp, ITimerHandler handler)
    {
        lock (_gate)
        {
            var id = new TimerId(++_lastTimer, 1);
            _timers.Enqueue((handler, id), timestamp);
            return id;
        }
    }

    protected internal override void CancelTimer(TimerId id)
    {
        lock (_gate) _canceled.Add(id);
    }

    private void Step()
    {
        CoprocessStep step;
        (ITimerHandler Handler, TimerId Id) timer = default;
        lock (_gate)
        {
            if (!_steps.TryDequeue(out step))
            {
                if (!_timers.TryDequeue(out timer, out var due))
                {
                    // Other threads may have something for it.
                    Monitor.Wait(_gate, 10);
                    return;
                }

                if (_canceled.Contains(timer.Id)) return;
                _now = Math.Max(_now, due);
            }
        }

        if (timer.Handler is null) step.Run();
        else timer.Handler.OnTimer(timer.Id);
    }

    private sealed class Clock(JumpingScheduler scheduler) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => scheduler.Origin + scheduler.Elapsed;
    }
}
