using System.Diagnostics.Metrics;

namespace Motet.Net;

/// <summary>What the connections of this process did, for everyone who listens to the meter <c>Motet.Net</c>. Plain counters per loop would be cheaper still; an add is ~10 ns when somebody listens, ~1 ns when not.</summary>
internal static class NetMetrics
{
    private static readonly Meter Meter = new("Motet.Net");
    private static readonly UpDownCounter<long> OpenConnections = Meter.CreateUpDownCounter<long>("motet.connections.open", "{connection}", "Connections open now.");
    private static readonly Counter<long> OpenedConnections = Meter.CreateCounter<long>("motet.connections.opened", "{connection}", "Connections accepted or established.");
    private static readonly Counter<long> ClosedConnections = Meter.CreateCounter<long>("motet.connections.closed", "{connection}", "Connections ended, by reason.");
    private static readonly Counter<long> ShedConnections = Meter.CreateCounter<long>("motet.connections.shed", "{connection}", "Clients turned away at accept, because of a limit.");

    // A tag per reason, boxed once.
    private static readonly KeyValuePair<string, object?>[] ReasonTags =
        [.. Enum.GetValues<CloseReason>().Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    public static void Opened()
    {
        if (OpenConnections.Enabled) OpenConnections.Add(1);
        if (OpenedConnections.Enabled) OpenedConnections.Add(1);
    }

    public static void Closed(CloseReason reason)
    {
        if (OpenConnections.Enabled) OpenConnections.Add(-1);
        if (ClosedConnections.Enabled) ClosedConnections.Add(1, ReasonTags[(int)reason]);
    }

    public static void Shed() => ShedConnections.Add(1);
}
