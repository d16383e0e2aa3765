using System.Diagnostics.Metrics;

namespace Motet.Http;

/// <summary>What WebSockets did, for everyone who listens to the meter <c>Motet.Http</c>.</summary>
internal static class WebSocketMetrics
{
    private static readonly Meter Meter = new("Motet.Http");
    private static readonly Counter<long> Violations = Meter.CreateCounter<long>("motet.websocket.violations", "{connection}", "WebSockets ended because of what the peer did, by reason.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("motet.websocket.refused", "{request}", "Handshakes refused, by reason.");

    // A tag per reason, boxed once.
    private static readonly KeyValuePair<string, object?>[] ViolationTags =
        [.. Enum.GetValues<WebSocketViolation>().Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    private static readonly KeyValuePair<string, object?>[] RefusalTags =
        [.. Enum.GetValues<WebSocketRefusal>().Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    public static readonly Counter<long> Opened = Meter.CreateCounter<long>("motet.websocket.opened", "{connection}", "WebSockets opened.");

    public static readonly Counter<long> Unresponsive = Meter.CreateCounter<long>("motet.websocket.unresponsive", "{connection}", "WebSockets given up because nothing came behind a ping.");

    public static readonly Counter<long> SlowConsumers = Meter.CreateCounter<long>("motet.websocket.slow_consumers", "{connection}", "WebSockets given up because too much waited for the peer.");

    public static void Violated(WebSocketViolation reason) => Violations.Add(1, ViolationTags[(int)reason]);

    public static void Refused(WebSocketRefusal reason) => Refusals.Add(1, RefusalTags[(int)reason]);
}
