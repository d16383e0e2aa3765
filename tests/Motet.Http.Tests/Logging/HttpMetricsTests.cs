using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Motet.Http.Tests;

[Collection(nameof(Alone))]
public sealed class HttpMetricsTests : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public HttpMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Motet.Http") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _sums.AddOrUpdate(tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Key}={tags[0].Value}", value, (_, sum) => sum + value));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task RequestsFailuresAndRejectionsAreCounted()
    {
        await using var server = await TestServer.StartAsync(request => request.Path == "/" ? request.RespondAsync("x") : throw new InvalidOperationException("meant"));
        using (var client = await server.ConnectAsync())
        {
            await client.AskAsync(RawClient.Get());
            await client.AskAsync(RawClient.Get("/fails"));
            await client.AskAsync("GET / HTTP/1.1\r\n\r\n");
        }

        Assert.Equal(2, _sums["motet.http.requests"]);
        Assert.Equal(1, _sums["motet.http.handler_failures"]);
        Assert.Equal(1, _sums["motet.http.rejected reason=MissingHost"]);
    }

    [Fact]
    public void EveryReasonHasATagOfItsOwn()
    {
        foreach (var reason in Enum.GetValues<RejectReason>())
        {
            HttpMetrics.Rejected(reason);
            Assert.Equal(1, _sums[$"motet.http.rejected reason={reason}"]);
        }
    }
}
