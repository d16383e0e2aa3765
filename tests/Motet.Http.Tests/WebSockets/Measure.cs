using System.Diagnostics.Metrics;

namespace Motet.Http.Tests;

/// <summary>Listens to a counter of the meter Motet.Http.</summary>
internal static class Measure
{
    /// <summary>Tells the reason of each count.</summary>
    public static MeterListener Count(string counter, Action<string> counted)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Motet.Http" && instrument.Name == counter) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted(tags.Length > 0 ? (string)tags[0].Value! : ""));
        listener.Start();
        return listener;
    }
}
