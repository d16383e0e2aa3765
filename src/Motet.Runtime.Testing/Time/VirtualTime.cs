using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Motet.Runtime.Testing;

/// <summary>
/// A clock for tests that stands still while anything runs and, when everything waits, goes to the next timer at once: an hour of sleeping takes no time, and a time-out fires at its moment exactly. All coprocesses of the run take turns on
/// one thread, in the order in which they became ready or in one drawn from a seed.
/// </summary>
/// <remarks>
/// Sleeps, deadlines and timers of Motet run on it by themselves; everything else takes <see cref="TimeProvider"/>. What waits for something outside of the run (a socket, a thread) holds the clock meanwhile: <see cref="Hold"/>,
/// <see cref="VirtualTimeOptions.Quiet"/>. <see cref="Offload"/> and <see cref="ChildProcess"/> do it by themselves, so no deadline of the run ends them. A continuation after <c>ConfigureAwait(false)</c> may run outside too. All members are for any thread.
/// </remarks>
public sealed class VirtualTime
{
    private readonly VirtualScheduler _scheduler;
    private readonly VirtualTimeOptions _options;

    internal VirtualTime(VirtualScheduler scheduler, VirtualTimeOptions options)
    {
        _scheduler = scheduler;
        _options = options;
    }

    /// <summary>The clock for what is not Motet's: <c>Task.Delay(…, provider)</c>, <c>new CancellationTokenSource(…, provider)</c>, <c>PeriodicTimer</c>, <c>WaitAsync</c>.</summary>
    public TimeProvider TimeProvider => _scheduler.TimeProvider;

    /// <summary>Where the coprocesses of the run are: for spawning from outside of it.</summary>
    public CoprocessScheduler Scheduler => _scheduler;

    /// <summary>The virtual time that has passed since the run began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(VirtualTicks.Origin, _scheduler.GetTimestamp());

    /// <summary>The virtual time of day, UTC.</summary>
    public DateTimeOffset Now => TimeProvider.GetUtcNow();

    /// <summary>The seed of the order; null for first come first served.</summary>
    public int? Seed => _options.Seed;

    /// <summary>
    /// Runs <paramref name="body"/> as a coprocess on a clock of its own, and with it everything that it spawns. Its children are waited for, as those of every coprocess.
    /// </summary>
    /// <param name="body">The test; is given the clock. It has no parent, also when the caller runs in a coprocess.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="DeadlockException">Nothing could run any more.</exception>
    /// <exception cref="CoprocessLeakException">Body and children ended, and other coprocesses did not.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="VirtualTimeOptions.TimeLimit"/>.</exception>
    /// <exception cref="AggregateException">More than one thing failed: the body, coprocesses without a parent, callbacks of timers. One alone comes out as it is.</exception>
    public static Task RunAsync(Func<VirtualTime, Task> body, VirtualTimeOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new VirtualRun(body, options ?? VirtualTimeOptions.Default, file, line).RunAsync();
    }

    /// <summary>
    /// Moves the clock, through every timer on the way, and waits until all that was due has run until it waits. Cancelled with the current scope; the clock stays where it is then.
    /// </summary>
    /// <param name="time">Zero or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public async Task AdvanceAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var wait = new ScopedWait();
        var target = VirtualTicks.After(_scheduler.GetTimestamp(), time);
        var timer = _scheduler.SetTimerAt(target, wait);
        _scheduler.AddTarget(target);
        try
        {
            await wait.WaitAsync(cancellationToken);
        }
        finally
        {
            _scheduler.RemoveTarget(target);
            _scheduler.TakeTimerBack(timer);
        }

        await WaitAllBlockedAsync(cancellationToken);
    }

    /// <summary>
    /// Waits until everything else in the run waits: for something of each other, for the clock or for the outside. The clock does not move meanwhile. Several who wait here go on together. Cancelled with the current scope.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public async Task WaitAllBlockedAsync(CancellationToken cancellationToken = default)
    {
        var wait = new ScopedWait();
        _scheduler.WakeWhenBlocked(wait);
        try
        {
            await wait.WaitAsync(cancellationToken);
        }
        finally
        {
            _scheduler.Forget(wait);
        }
    }

    /// <summary>
    /// Keeps the clock where it is until the result is disposed, because something is under way that the run does not see: <c>using (time.Hold()) await client.GetAsync(…);</c>. May be held more than once at a time.
    /// </summary>
    public IDisposable Hold() => new ClockHold(_scheduler);
}
