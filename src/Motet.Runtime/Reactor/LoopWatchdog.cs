using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>
/// One thread for all loops of the process, which looks at each of them a few times within its threshold. A loop pays
/// for it with one store a callback: what runs. The count of callbacks, which it keeps anyway, tells whether that is still the same one.
/// </summary>
internal static class LoopWatchdog
{
    // Looks within a threshold. A callback is named after 1 to 1.25 times the threshold.
    private const int LooksPerThreshold = 4;

    // Names of sites are kept to report each once; a program that makes up ever new ones is cut off here.
    private const int MaxSites = 1000;

    private static readonly Lock Gate = new();
    private static readonly AutoResetEvent Changed = new(false);
    private static bool _isStarted;

    public static void Add(EventLoop loop)
    {
        if (loop.Options.LongCallbackThreshold == Timeout.InfiniteTimeSpan) return;
        lock (Gate)
        {
            if (!_isStarted) new Thread(Run) { IsBackground = true, Name = "motet-watchdog" }.UnsafeStart();
            _isStarted = true;
        }

        Changed.Set();
    }

    private static void Run()
    {
        var watches = new Dictionary<EventLoop, LoopWatch>();
        while (true)
        {
            var interval = Timeout.InfiniteTimeSpan;
            var loops = LoopRegistry.Loops;
            foreach (var loop in loops)
            {
                var threshold = loop.Options.LongCallbackThreshold;
                if (threshold == Timeout.InfiniteTimeSpan) continue;
                var look = threshold / LooksPerThreshold;
                if (interval == Timeout.InfiniteTimeSpan || look < interval) interval = look;
                watches.TryGetValue(loop, out var watch);
                Look(loop, ref watch);
                watches[loop] = watch;
            }

            foreach (var ended in watches.Keys.Except(loops).ToArray()) watches.Remove(ended);
            if (interval != Timeout.InfiniteTimeSpan && interval < TimeSpan.FromMilliseconds(1)) interval = TimeSpan.FromMilliseconds(1);
            Changed.WaitOne(interval);
        }
    }

    private static void Look(EventLoop loop, ref LoopWatch watch)
    {
        var running = loop.ReadRunning(out var state, out var coprocess, out var callbacks);
        var now = Stopwatch.GetTimestamp();
        if (running is null || callbacks != watch.Callbacks || !watch.IsBusy)
        {
            watch = new LoopWatch { Callbacks = callbacks, Since = now, IsBusy = running is not null };
            return;
        }

        var held = now - watch.Since;
        if (held > loop.LongestCallback) Volatile.Write(ref loop.LongestCallback, held);
        var duration = Stopwatch.GetElapsedTime(watch.Since, now);
        if (watch.IsReported || duration < loop.Options.LongCallbackThreshold) return;
        watch.IsReported = true;
        Report(loop, CallbackSite.Describe(running, state), coprocess, duration);
    }

    private static void Report(EventLoop loop, string site, Coprocess? coprocess, TimeSpan duration)
    {
        var sites = loop.Options.ReportedSites;
        // Many coprocesses that were spawned at one place are one site, whatever their names.
        if (sites.Count >= MaxSites || !sites.Add(coprocess is null ? site : $"{site} {coprocess.SpawnFile}:{coprocess.SpawnLine}")) return;
        try
        {
            var described = coprocess is null ? site : $"{site} in {coprocess}";
            if (loop.Options.Logger is { } logger) RuntimeLog.LongCallback(logger, loop.Name, described, Math.Round(duration.TotalMilliseconds));
            loop.Options.LongCallbackDetected?.Invoke(new LongCallback(loop, site, duration) { Coprocess = coprocess });
        }
        catch (Exception exception)
        {
            // A report that fails has nobody left to be reported to, and the other loops still want their watchdog.
            Debug.WriteLine(exception);
        }
    }

    private struct LoopWatch
    {
        public long Callbacks;
        public long Since;
        public bool IsBusy;
        public bool IsReported;
    }
}
