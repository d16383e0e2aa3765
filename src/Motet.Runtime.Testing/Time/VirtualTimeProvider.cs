using System.Diagnostics;

namespace Motet.Runtime.Testing;

/// <summary>The virtual clock for everything that takes a <see cref="TimeProvider"/>.</summary>
internal sealed class VirtualTimeProvider(VirtualScheduler scheduler, DateTimeOffset start) : TimeProvider
{
    // The same on every machine.
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => Stopwatch.Frequency;

    public override long GetTimestamp() => scheduler.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start.ToUniversalTime() + Stopwatch.GetElapsedTime(VirtualTicks.Origin, scheduler.GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(scheduler, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
