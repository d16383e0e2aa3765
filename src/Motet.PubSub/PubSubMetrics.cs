using System.Diagnostics.Metrics;

namespace Motet.PubSub;

/// <summary>What the hubs of this process did, for everyone who listens to the meter <c>Motet.PubSub</c>. Most instruments look at the hubs' plain counters when somebody asks.</summary>
internal static class PubSubMetrics
{
    private static readonly Lock ListLock = new();
    private static readonly List<WeakReference<PubSubHub>> Hubs = [];
    private static readonly Meter Meter = Create();
    private static readonly Counter<long> DroppedPublications = Meter.CreateCounter<long>("motet.pubsub.dropped", "{publication}", "Publications that a slow subscriber, or a blocked loop, did not get, by reason.");

    // A tag per reason, boxed once.
    private static readonly KeyValuePair<string, object?>[] ReasonTags =
        [.. Enum.GetValues<DropReason>().Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    public static void Add(PubSubHub hub)
    {
        lock (ListLock)
        {
            Hubs.RemoveAll(static reference => !reference.TryGetTarget(out _));
            Hubs.Add(new WeakReference<PubSubHub>(hub));
        }
    }

    public static void Dropped(DropReason reason, int count)
    {
        if (DroppedPublications.Enabled) DroppedPublications.Add(count, ReasonTags[(int)reason]);
    }

    private static Meter Create()
    {
        var meter = new Meter("Motet.PubSub");
        meter.CreateObservableCounter("motet.pubsub.publications", static () => Sum(static s => s.Publications), "{publication}", "Publications made in this process.");
        meter.CreateObservableCounter("motet.pubsub.deliveries", static () => Sum(static s => s.Deliveries), "{delivery}", "Publications handed to subscriptions.");
        meter.CreateObservableCounter("motet.pubsub.slow_consumers", static () => Sum(static s => s.SlowConsumersClosed), "{client}", "Clients closed because they were too slow.");
        meter.CreateObservableCounter("motet.pubsub.engine.failures", static () => Sum(static s => s.EngineFailures), "{exception}", "Exceptions of engines.");
        meter.CreateObservableUpDownCounter("motet.pubsub.channels", static () => Sum(static s => s.Channels), "{channel}", "Names that somebody is subscribed to.");
        meter.CreateObservableUpDownCounter("motet.pubsub.patterns", static () => Sum(static s => s.Patterns), "{pattern}", "Patterns that somebody is subscribed to.");
        return meter;
    }

    private static long Sum(Func<PubSubStatistics, long> select)
    {
        lock (ListLock)
        {
            var sum = 0L;
            foreach (var reference in Hubs)
            {
                if (reference.TryGetTarget(out var hub)) sum += select(hub.GetStatistics());
            }

            return sum;
        }
    }
}
