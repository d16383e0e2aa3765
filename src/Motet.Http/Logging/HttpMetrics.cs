using System.Diagnostics.Metrics;

namespace Motet.Http;

/// <summary>What was served and what was refused, for everyone who listens to the meter <c>Motet.Http</c>.</summary>
internal static class HttpMetrics
{
    private static readonly Meter Meter = new("Motet.Http");
    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>("motet.http.rejected", "{request}", "Requests rejected, by reason.");

    // A tag per reason, boxed once.
    private static readonly KeyValuePair<string, object?>[] ReasonTags =
        [.. Enum.GetValues<RejectReason>().Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    public static readonly Counter<long> Requests = Meter.CreateCounter<long>("motet.http.requests", "{request}", "Requests whose handler was called.");

    public static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>("motet.http.handler_failures", "{request}", "Requests whose handler threw.");

    public static readonly Counter<long> EventsNotText = Meter.CreateCounter<long>("motet.http.event_stream.not_text", "{message}", "Shared messages that an event stream did not get because they are not UTF-8.");

    public static readonly Counter<long> LogLinesLost = Meter.CreateCounter<long>("motet.http.log_lines_lost", "{line}", "Lines of the access log left out because its output did not keep up.");

    public static void Rejected(RejectReason reason) => Rejections.Add(1, ReasonTags[(int)reason]);
}
