using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Dashboard;

/// <summary>Listens to the meters of Motet. Counters call it as they count, on any thread; the others are asked at each reading.</summary>
internal sealed class Meters : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _requests;
    private long _connections;
    private long _deliveries;
    private double _lag;
    private Totals _last;

    public Meters()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Motet.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Record(instrument.Name, value));

        // One measurement for each loop.
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (instrument.Name == "motet.loop.lag") _lag = Math.Max(_lag, value);
        });
        _listener.Start();
        _last = Totals.Now(this);
    }

    /// <summary>What has happened since the last reading, as JSON.</summary>
    public string Read()
    {
        _lag = 0;
        _listener.RecordObservableInstruments();
        var (last, now) = (_last, Totals.Now(this));
        _last = now;
        var seconds = Stopwatch.GetElapsedTime(last.Timestamp, now.Timestamp).TotalSeconds;
        var reading = new Reading(
            Time: DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            Requests: (now.Requests - last.Requests) / seconds,
            Connections: Interlocked.Read(ref _connections),
            Deliveries: (now.Deliveries - last.Deliveries) / seconds,
            Lag: _lag * 1000,
            Cpu: (now.Cpu - last.Cpu).TotalSeconds / seconds * 100,
            Memory: Environment.WorkingSet / (1024.0 * 1024));
        return JsonSerializer.Serialize(reading, Reading.Json.Default.Reading);
    }

    public void Dispose() => _listener.Dispose();

    private void Record(string name, long value)
    {
        switch (name)
        {
            case "motet.http.requests":
                Interlocked.Add(ref _requests, value);
                break;
            case "motet.connections.open":
                Interlocked.Add(ref _connections, value);
                break;
            case "motet.pubsub.deliveries":
                Interlocked.Exchange(ref _deliveries, value);
                break;
        }
    }

    /// <summary>What has happened since the start.</summary>
    private readonly record struct Totals(long Timestamp, long Requests, long Deliveries, TimeSpan Cpu)
    {
        public static Totals Now(Meters meters)
            => new(Stopwatch.GetTimestamp(), Interlocked.Read(ref meters._requests), Interlocked.Read(ref meters._deliveries), Environment.CpuUsage.TotalTime);
    }
}
