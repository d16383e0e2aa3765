using System.Diagnostics;

namespace Motet.Runtime.Testing;

/// <summary>The thread that runs everything.</summary>
internal sealed partial class VirtualScheduler
{
    // Looking at the real clock costs more than a step of most coprocesses.
    private const int StepsPerLook = 64;

    private readonly long _began = Stopwatch.GetTimestamp();
    private volatile Coprocess? _running;

    /// <summary>The coprocess whose step is under way.</summary>
    public Coprocess? Running => _running;

    /// <summary>Runs steps and moves the clock until the awaiter has its result.</summary>
    /// <exception cref="DeadlockException">Nothing can happen any more.</exception>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public void RunUntil(Func<bool> isDone)
    {
        var context = ExecutionContext.Capture()!;
        for (var steps = 1; !isDone(); steps++)
        {
            if (steps % StepsPerLook == 0) CheckTimeLimit();
            if (TryTake(out var item)) Run(item, context);
            else WaitOrJump(isDone);
        }
    }

    /// <summary>Runs what can run now, for at most <paramref name="limit"/> of real time; the clock stands still.</summary>
    public void Settle(TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        var context = ExecutionContext.Capture()!;
        while (Stopwatch.GetElapsedTime(began) < limit && TryTake(out var item)) Run(item, context);
    }

    private bool TryTake(out ReadyItem item)
    {
        lock (_gate)
        {
            while (_timers.Min is { } timer && timer.Due <= _now)
            {
                _timers.Remove(timer);
                _ready.Add(new ReadyItem(timer));
            }

            while (_ready.TryTake(out item))
            {
                if (item.Timer is not { } taken) return true;
                _timersById.Remove(taken.Id);
                if (!taken.IsCanceled) return true;
            }

            return false;
        }
    }

    private void Run(ReadyItem item, ExecutionContext context)
    {
        if (item.Timer is { } timer) Fire(timer);
        else
        {
            _running = item.Step.Coprocess;
            item.Step.Run();
            _running = null;
        }

        // What a callback has set in its context is not the next one's.
        ExecutionContext.Restore(context);
    }

    private void Fire(TimerEntry timer)
    {
        try
        {
            timer.Fire();
        }
        catch (Exception exception)
        {
            AddError(exception);
        }
    }

    /// <summary>Nothing can run: waits for news from outside, else wakes those who wait for this very moment, else moves the clock.</summary>
    private void WaitOrJump(Func<bool> isDone)
    {
        List<ScopedWait> waits;
        lock (_gate)
        {
            if (!_ready.IsEmpty || isDone()) return;
            if (_holds > 0)
            {
                WaitForNews(TimeLeft());
                CheckTimeLimit();
                return;
            }

            if (_options.Quiet > TimeSpan.Zero && WaitForNews(_options.Quiet)) return;
            if (_whenBlocked.Count == 0)
            {
                if (_timers.Min is not { } next || next.Due > Horizon) WaitForRescue();
                else _now = next.Due;
                return;
            }

            waits = [.. _whenBlocked];
            _whenBlocked.Clear();
        }

        foreach (var wait in waits) wait.End();
    }

    /// <summary>Only something from outside can help now.</summary>
    private void WaitForRescue()
    {
        var limit = VirtualTimeOptions.Real(_options.DeadlockAfter);
        if (!WaitForNews(limit)) throw new DeadlockException(Describe());
        CheckTimeLimit();
    }

    private long Horizon => _options.AutoJump ? long.MaxValue - 1 : _targets.Count == 0 ? _now : _targets.Max();

    private bool WaitForNews(TimeSpan limit) => Monitor.Wait(_gate, limit);

    private TimeSpan TimeLeft()
    {
        var limit = VirtualTimeOptions.Real(_options.TimeLimit);
        if (limit == Timeout.InfiniteTimeSpan) return limit;
        var left = limit - Stopwatch.GetElapsedTime(_began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void CheckTimeLimit()
    {
        if (TimeLeft() == TimeSpan.Zero)
            throw new TimeoutException($"The run has taken {_options.TimeLimit} of real time, and {Stopwatch.GetElapsedTime(VirtualTicks.Origin, _now)} of its own.{Environment.NewLine}{CoprocessTree.Describe(Coprocesses)}");
    }

    private string Describe()
    {
        var clock = _timers.Min is { Due: < long.MaxValue } next
            ? $"the clock stands still, {Stopwatch.GetElapsedTime(_now, next.Due)} before the next timer: it does not jump by itself, and nobody advances it"
            : "there is no timer";
        return $"Nothing can run: no coprocess has a step, {clock}, and for {_options.DeadlockAfter} of real time nothing came from outside. What waits:{Environment.NewLine}{CoprocessTree.Describe(Coprocesses)}";
    }
}
