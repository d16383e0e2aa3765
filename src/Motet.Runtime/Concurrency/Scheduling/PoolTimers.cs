using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>The timers of everything that runs without an event loop: one wheel for the process, under a lock, driven by one timer of the system.</summary>
internal static class PoolTimers
{
    // Timers taken under one lock: others set theirs in between.
    private const int BatchSize = 64;

    // Nodes that come down a level of the wheel under one lock.
    private const int CascadesPerBatch = 8192;

    private static readonly Lock Gate = new();
    private static readonly TimerWheel Wheel = new();
    private static readonly long Origin = Stopwatch.GetTimestamp();
    private static readonly long TicksPerMillisecond = Stopwatch.Frequency / 1000;
    private static readonly Timer Driver = CreateDriver();

    // The tick that the driver is set for.
    private static long _next = long.MaxValue;

    /// <summary>How many wait.</summary>
    public static int Count
    {
        get
        {
            lock (Gate) return Wheel.Count;
        }
    }

    /// <summary>When the next is due, or earlier, in ticks of <see cref="Stopwatch"/>; <see cref="long.MaxValue"/> for never.</summary>
    public static long NextTimer
    {
        get
        {
            lock (Gate)
            {
                var tick = Wheel.NextTick;
                return tick < (long.MaxValue - Origin) / TicksPerMillisecond ? Origin + (tick * TicksPerMillisecond) : long.MaxValue;
            }
        }
    }

    public static TimerId Set(long timestamp, ITimerHandler handler)
    {
        lock (Gate)
        {
            Wheel.MoveTo((Stopwatch.GetTimestamp() - Origin) / TicksPerMillisecond);
            var id = Wheel.Set(TickAt(timestamp), handler);
            if (Wheel.NextTick < _next) Drive();
            return id;
        }
    }

    public static void Cancel(TimerId id)
    {
        lock (Gate) Wheel.Cancel(id);
    }

    private static Timer CreateDriver()
    {
        // No caller's context belongs to a timer that serves everybody.
        using (ExecutionContext.SuppressFlow()) return new Timer(static _ => Fire(), null, Timeout.Infinite, Timeout.Infinite);
    }

    private static long TickAt(long timestamp)
        => timestamp <= Origin ? 0 : ((timestamp - Origin) / TicksPerMillisecond) + ((timestamp - Origin) % TicksPerMillisecond == 0 ? 0 : 1);

    private static void Fire()
    {
        Span<TimerId> ids = stackalloc TimerId[BatchSize];
        var handlers = new ITimerHandler[BatchSize];
        while (true)
        {
            var count = 0;
            lock (Gate)
            {
                Wheel.Advance((Stopwatch.GetTimestamp() - Origin) / TicksPerMillisecond, CascadesPerBatch);
                while (count < BatchSize && Wheel.TryTake(out ids[count], out var handler)) handlers[count++] = handler;
                if (count == 0 && !Wheel.HasWork)
                {
                    Drive();
                    return;
                }
            }

            for (var index = 0; index < count; index++) handlers[index].OnTimer(ids[index]);
        }
    }

    private static void Drive()
    {
        _next = Wheel.NextTick;
        if (_next == long.MaxValue) return;
        var now = (Stopwatch.GetTimestamp() - Origin) / TicksPerMillisecond;
        // A millisecond more: the driver's own clock is not ours, and a look that is too early has to be repeated.
        var due = Math.Clamp(_next - now + 1, 1, int.MaxValue);
        Driver.Change(due, Timeout.Infinite);
    }
}
