using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Motet.Net.Tests;

public class CloseReasonTests
{
    public static TheoryData<CloseReason> Reasons => [.. Enum.GetValues<CloseReason>().Where(reason => reason != CloseReason.None)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task TheReasonIsToldToTheHandlerAndCounted(CloseReason reason)
    {
        var counted = new ConcurrentBag<string>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "motet.connections.closed") counted.Add((string)tags[0].Value!);
        });
        meters.Start();

        foreach (var abort in new[] { false, true })
        {
            var handler = new ScriptedHandler();
            await using var link = await Link.OpenAsync(handler);
            Assert.Equal(CloseReason.None, link.Connection.CloseReason);
            await link.OnLoop(() =>
            {
                if (abort) link.Connection.Abort(reason);
                else link.Connection.Close(reason);
            });
            Assert.Equal(reason, await handler.Closed);
            Assert.Equal(reason, link.Connection.CloseReason);
            Assert.False(link.Connection.IsOpen);
            await link.TurnAsync();
        }

        Assert.True(counted.Count(name => name == reason.ToString()) >= 2);
    }
}
