using System.Diagnostics.Metrics;

namespace Motet.PubSub.Tests;

public sealed class MetricsTests : HubTests
{
    [Fact]
    public async Task TheMeterTellsWhatTheHubsDo()
    {
        var values = new Dictionary<string, long>();
        var reasons = new List<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Motet.PubSub") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (values)
            {
                values[instrument.Name] = value;
                if (instrument.Name == "motet.pubsub.dropped") reasons.Add(tags[0].Value);
            }
        });
        listener.Start();
        Hub = new PubSubHub(new PubSubOptions { HighWatermark = 1, MaxWaitingMessages = 1, SlowConsumerPolicy = SlowConsumerPolicy.DropNewest });
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            client.IsBlocked = true;
            Hub.Subscribe(client, "x");
            Hub.Subscribe(client, "y*", new SubscribeOptions { IsPattern = true });
            for (var i = 0; i < 3; i++) Hub.Publish("x", "text");
        });
        listener.RecordObservableInstruments();
        lock (values)
        {
            // Other tests have hubs too.
            Assert.InRange(values["motet.pubsub.publications"], 3, long.MaxValue);
            Assert.InRange(values["motet.pubsub.deliveries"], 3, long.MaxValue);
            Assert.InRange(values["motet.pubsub.channels"], 1, long.MaxValue);
            Assert.InRange(values["motet.pubsub.patterns"], 1, long.MaxValue);
            Assert.Contains(reasons, reason => reason is "Newest");
        }
    }
}
