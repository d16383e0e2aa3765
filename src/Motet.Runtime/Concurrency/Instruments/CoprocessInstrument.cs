using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>
/// Is told what coprocesses do: for tracing, profiling, tests. While there is none, it costs one look at a static field. All instruments see all coprocesses of the process.
/// </summary>
/// <remarks>
/// The methods are called on the thread where it happens, in parallel for different coprocesses, some of them under locks: they must be quick, and neither wait nor spawn nor cancel. One that throws is removed and reported like an error
/// that nobody awaits.
/// </remarks>
public abstract class CoprocessInstrument
{
    private static readonly Lock Gate = new();

    /// <summary>Those that are added; null when there is none. Never changed in place.</summary>
    private static CoprocessInstrument[]? _active;

    /// <summary>Makes an instrument.</summary>
    protected CoprocessInstrument()
    {
    }

    /// <summary>The length of a step from which <see cref="OnLongStep"/> is called; default 250 milliseconds, as the watchdog of event loops has it.</summary>
    public virtual TimeSpan LongStepThreshold => TimeSpan.FromMilliseconds(250);

    internal static CoprocessInstrument[]? Active => _active;

    /// <summary>Has the instrument told from now on. Without effect when it is added already. Any thread.</summary>
    /// <param name="instrument">What is told.</param>
    public static void Add(CoprocessInstrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        lock (Gate)
        {
            if (_active?.Contains(instrument) != true) _active = [.. _active ?? [], instrument];
        }
    }

    /// <summary>Has the instrument told no more; what is under way on other threads it may still be told. False when it was not there. Any thread.</summary>
    /// <param name="instrument">What is told no more.</param>
    public static bool Remove(CoprocessInstrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        lock (Gate)
        {
            if (_active?.Contains(instrument) != true) return false;
            _active = _active.Length == 1 ? null : Array.FindAll(_active, other => other != instrument);
            return true;
        }
    }

    /// <summary>A coprocess was spawned; on the spawner's thread, before its first step.</summary>
    protected internal virtual void OnSpawned(Coprocess coprocess)
    {
    }

    /// <summary>It has a step to run, and waits for its turn.</summary>
    protected internal virtual void OnScheduled(Coprocess coprocess)
    {
    }

    /// <summary>A step begins.</summary>
    protected internal virtual void OnStepBegin(Coprocess coprocess)
    {
    }

    /// <summary>A step has ended: it waits again, or has ended.</summary>
    /// <param name="coprocess">The one that ran.</param>
    /// <param name="duration">How long it ran without giving way to others.</param>
    protected internal virtual void OnStepEnd(Coprocess coprocess, TimeSpan duration)
    {
    }

    /// <summary>A step has ended that was longer than <see cref="LongStepThreshold"/>. One that does not end is named by the watchdog of its event loop: <see cref="EventLoopOptions.LongCallbackDetected"/>.</summary>
    /// <param name="coprocess">The one that ran.</param>
    /// <param name="duration">How long it ran without giving way to others.</param>
    protected internal virtual void OnLongStep(Coprocess coprocess, TimeSpan duration)
    {
    }

    /// <summary>It has ended, with all its children: <see cref="Coprocess.State"/>, <see cref="Coprocess.Error"/>.</summary>
    protected internal virtual void OnExited(Coprocess coprocess)
    {
    }

    internal static void TellSpawned(CoprocessInstrument[] instruments, Coprocess coprocess)
        => Tell(instruments, coprocess, TimeSpan.Zero, static (instrument, coprocess, _) => instrument.OnSpawned(coprocess));

    internal static void TellScheduled(CoprocessInstrument[] instruments, Coprocess coprocess)
        => Tell(instruments, coprocess, TimeSpan.Zero, static (instrument, coprocess, _) => instrument.OnScheduled(coprocess));

    /// <summary>Gives the time, which is not 0.</summary>
    internal static long TellStepBegin(CoprocessInstrument[] instruments, Coprocess coprocess)
    {
        Tell(instruments, coprocess, TimeSpan.Zero, static (instrument, coprocess, _) => instrument.OnStepBegin(coprocess));
        return Math.Max(1, Stopwatch.GetTimestamp());
    }

    internal static void TellStepEnd(CoprocessInstrument[] instruments, Coprocess coprocess, long began)
        => Tell(instruments, coprocess, Stopwatch.GetElapsedTime(began), static (instrument, coprocess, duration) =>
        {
            instrument.OnStepEnd(coprocess, duration);
            if (duration >= instrument.LongStepThreshold) instrument.OnLongStep(coprocess, duration);
        });

    internal static void TellExited(CoprocessInstrument[] instruments, Coprocess coprocess)
        => Tell(instruments, coprocess, TimeSpan.Zero, static (instrument, coprocess, _) => instrument.OnExited(coprocess));

    private static void Tell(CoprocessInstrument[] instruments, Coprocess coprocess, TimeSpan duration, Action<CoprocessInstrument, Coprocess, TimeSpan> tell)
    {
        foreach (var instrument in instruments)
        {
            try
            {
                tell(instrument, coprocess, duration);
            }
            catch (Exception exception)
            {
                // Once, also when it fails on several threads.
                if (!Remove(instrument)) continue;
                coprocess.Scheduler.OnUnhandledException(coprocess, new InvalidOperationException($"The instrument {instrument.GetType()} failed and was removed.", exception));
            }
        }
    }
}
