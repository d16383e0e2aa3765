using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Where the scheduler and the body tell what happens.</summary>
public abstract partial class Coprocess
{
    /// <summary>
    /// Numbers over all coprocesses of the process. Any thread; each number is exact, but they are not of one instant. The meter <c>Motet.Runtime</c> shows the same as <c>motet.coprocess.*</c>.
    /// </summary>
    public static CoprocessStatistics GetStatistics()
    {
        var counts = CoprocessCounts.Sum();
        var timers = PoolTimers.Count;
        var nextTimer = PoolTimers.NextTimer;
        foreach (var loop in LoopRegistry.Loops)
        {
            timers += loop.TimerCount;
            nextTimer = Math.Min(nextTimer, loop.NextTimerTimestamp);
        }

        return new CoprocessStatistics
        {
            Spawned = counts.Spawned,
            Completed = counts.Completed,
            Interrupted = counts.Interrupted,
            Canceled = counts.Canceled,
            Failed = counts.Failed,
            // The numbers of different threads are not of one instant.
            RunnableSteps = Math.Max(0, counts.StepsScheduled - counts.StepsBegun),
            Steps = counts.StepsBegun,
            UndeliveredMessages = counts.UndeliveredMessages,
            WaitingTimers = timers,
            UntilNextTimer = timers == 0 ? null : new Deadline(nextTimer).RemainingAt(Stopwatch.GetTimestamp()),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void OnScheduled()
    {
        if (_state == CoprocessState.Waiting) _state = CoprocessState.Runnable;
        CoprocessCounts.Own.StepsScheduled++;
        if (CoprocessInstrument.Active is { } instruments) CoprocessInstrument.TellScheduled(instruments, this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long BeginStep()
    {
        if (_state < CoprocessState.Ending) _state = CoprocessState.Running;
        CoprocessCounts.Own.StepsBegun++;
        return CoprocessInstrument.Active is { } instruments ? CoprocessInstrument.TellStepBegin(instruments, this) : 0;
    }

    /// <summary>The step is over.</summary>
    /// <param name="began">What <see cref="BeginStep"/> gave: 0 when nobody listened.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndStep(long began)
    {
        if (_state == CoprocessState.Running) _state = CoprocessState.Waiting;
        if (began != 0 && CoprocessInstrument.Active is { } instruments) CoprocessInstrument.TellStepEnd(instruments, this, began);
    }

    private void SetState(CoprocessState state) => _state = state;

    private void OnSpawned()
    {
        CoprocessCounts.Own.Spawned++;
        if (CoprocessInstrument.Active is { } instruments) CoprocessInstrument.TellSpawned(instruments, this);
    }

    private void OnExited()
    {
        var counts = CoprocessCounts.Own;
        counts.CountEnd(State);
        if (_mailbox is { } mailbox) counts.UndeliveredMessages += mailbox.Close();
        if (CoprocessInstrument.Active is { } instruments) CoprocessInstrument.TellExited(instruments, this);
    }
}
