using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Work that is repeated, and work for later.</summary>
public abstract partial class Coprocess
{
    /// <summary>
    /// Spawns a coprocess, as <see cref="Spawn(Func{Task}, string?, CoprocessOptions?, string, int)"/> does, that runs <paramref name="body"/> again and again, one after another. Others run between two rounds, also when the body never waits.
    /// </summary>
    /// <param name="body">One round.</param>
    /// <param name="throttler">The pace of the rounds, maybe shared with others; null for none.</param>
    /// <param name="count">How many rounds; null for ever, until it is cancelled or interrupted, or the body fails.</param>
    /// <param name="name">For messages and dumps.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    public static Coprocess SpawnLoop(
        Func<Task> body,
        Throttler? throttler = null,
        long? count = null,
        string? name = null,
        CoprocessOptions? options = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Spawn(() => LoopAsync(body, throttler, count), name ?? CallbackSite.Describe(body, null), options, file, line);
    }

    /// <summary>
    /// Spawns a coprocess that runs <paramref name="body"/> once, when <paramref name="time"/> has passed. <see cref="Interrupt"/> takes it back; if the body has begun it is cancelled.
    /// </summary>
    /// <param name="time">On the clock of the scheduler; counted from the call.</param>
    /// <param name="body">The work.</param>
    /// <param name="name">For messages and dumps.</param>
    /// <param name="options">Null for the defaults: the parent then waits for it; a transient one is given up when its parent ends.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    public static Coprocess SpawnAfter(TimeSpan time, Func<Task> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var due = Deadline.After(time, options?.Scheduler ?? CoprocessScheduler.Current);
        return Spawn(() => RunAtAsync(due, body), name ?? CallbackSite.Describe(body, null), options, file, line);
    }

    internal static async Task LoopAsync(Func<Task> body, Throttler? throttler, long? count)
    {
        for (var done = 0L; count is null || done < count; done++)
        {
            if (throttler is not null) await throttler.WaitAsync();
            else await YieldAsync();
            await body();
        }
    }

    internal static async Task RunAtAsync(Deadline due, Func<Task> body)
    {
        await SleepUntilAsync(due);
        await body();
    }
}
