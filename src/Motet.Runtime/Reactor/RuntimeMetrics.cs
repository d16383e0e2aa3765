using System.Diagnostics.Metrics;

namespace Motet.Runtime;

/// <summary>The meter <c>Motet.Runtime</c>: all its instruments look at the loops' plain counters when somebody asks.</summary>
internal static class RuntimeMetrics
{
    public const string MeterName = "Motet.Runtime";

    private static readonly Meter Meter = Create();

    /// <summary>Makes the meter known.</summary>
    public static void Ensure() => _ = Meter;

    private static Meter Create()
    {
        var meter = new Meter(MeterName);
        meter.CreateObservableCounter("motet.loop.turns", () => Measure(s => s.Turns), "{turn}", "Turns of the event loop.");
        meter.CreateObservableCounter("motet.loop.callbacks", () => Measure(s => s.Callbacks), "{callback}", "Callbacks called.");
        meter.CreateObservableCounter("motet.loop.posts", () => Measure(s => s.Posts), "{callback}", "Callbacks that came from other threads.");
        meter.CreateObservableCounter("motet.loop.wakeups", () => Measure(s => s.WakeUps), "{wakeup}", "Times another thread woke the loop.");
        meter.CreateObservableCounter("motet.loop.timers.fired", () => Measure(s => s.TimersFired), "{timer}", "Timers that fired.");
        meter.CreateObservableCounter("motet.loop.unhandled", () => Measure(s => s.UnhandledExceptions), "{exception}", "Exceptions that callbacks let escape.");
        meter.CreateObservableUpDownCounter("motet.loop.timers", () => Measure(s => (long)s.Timers), "{timer}", "Timers waiting.");
        meter.CreateObservableUpDownCounter("motet.loop.resources", () => Measure(s => (long)s.Resources), "{resource}", "Resources watched: connections, listeners.");
        meter.CreateObservableGauge("motet.loop.lag", () => Measure(s => s.RecentLag.TotalSeconds), "s", "Time away from the poll in a turn, average of the last turns.");
        meter.CreateObservableGauge("motet.loop.lag.max", () => Measure(s => s.MaxLag.TotalSeconds), "s", "Longest time away from the poll.");
        meter.CreateObservableCounter("motet.coprocess.spawned", static () => Coprocess.GetStatistics().Spawned, "{coprocess}", "Coprocesses spawned.");
        meter.CreateObservableCounter("motet.coprocess.ended", MeasureEnds, "{coprocess}", "Coprocesses ended, by how.");
        meter.CreateObservableCounter("motet.coprocess.steps", static () => Coprocess.GetStatistics().Steps, "{step}", "Steps of coprocesses run.");
        meter.CreateObservableCounter("motet.coprocess.messages.undelivered", static () => Coprocess.GetStatistics().UndeliveredMessages, "{message}", "Messages that nobody took before their receiver ended.");
        meter.CreateObservableUpDownCounter("motet.coprocess.living", static () => Coprocess.GetStatistics().Living, "{coprocess}", "Coprocesses that have not ended.");
        meter.CreateObservableUpDownCounter("motet.coprocess.runnable", static () => Coprocess.GetStatistics().RunnableSteps, "{step}", "Steps that wait for their turn.");
        return meter;
    }

    private static Measurement<long>[] MeasureEnds()
    {
        var statistics = Coprocess.GetStatistics();
        return
        [
            End(statistics.Completed, "completed"),
            End(statistics.Interrupted, "interrupted"),
            End(statistics.Canceled, "canceled"),
            End(statistics.Failed, "failed"),
        ];

        static Measurement<long> End(long count, string state) => new(count, new KeyValuePair<string, object?>("motet.coprocess.state", state));
    }

    private static IEnumerable<Measurement<T>> Measure<T>(Func<EventLoopStatistics, T> select) where T : struct
    {
        foreach (var loop in LoopRegistry.Loops)
            yield return new Measurement<T>(select(loop.GetStatistics()), new KeyValuePair<string, object?>("motet.loop.name", loop.Name));
    }
}
