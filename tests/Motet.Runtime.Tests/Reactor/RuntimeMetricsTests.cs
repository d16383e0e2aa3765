using System.Diagnostics.Metrics;
using Motet.Polling;

namespace Motet.Runtime.Tests;

public class RuntimeMetricsTests
{
    [Fact]
    public async Task TheMeterShowsEachLoopByName()
    {
        using var loop = EventLoop.Start(new EventLoopOptions { Name = "measured" });
        using var pair = new SocketPair();
        await loop.InvokeAsync(() =>
        {
            loop.Watch(new CallbackResource((_, _) => { }), pair.Descriptor, Interest.Readable);
            loop.SetTimer(TimeSpan.FromHours(1), new CallbackTimer(_ => { }));
            Thread.Sleep(2);
        }).Within();
        await loop.TurnsAsync();

        var values = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Motet.Runtime") self.EnableMeasurementEvents(instrument);
        }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(1, values["motet.loop.resources"]);
        Assert.Equal(1, values["motet.loop.timers"]);
        Assert.True(values["motet.loop.callbacks"] >= 2);
        Assert.True(values["motet.loop.posts"] >= 2);
        Assert.True(values["motet.loop.turns"] >= 1);
        Assert.True(values["motet.loop.lag.max"] >= 0.002);
        Assert.True(values["motet.loop.lag"] > 0);
        Assert.True(values.ContainsKey("motet.loop.wakeups"));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags is [{ Key: "motet.loop.name", Value: "measured" }, ..]) values[instrument.Name] = value;
        }
    }
}
