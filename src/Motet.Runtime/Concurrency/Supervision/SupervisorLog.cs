using Microsoft.Extensions.Logging;

namespace Motet.Runtime;

internal static partial class SupervisorLog
{
    public static void Write(ILogger logger, SupervisorReport report)
    {
        var supervisor = report.Supervisor.Name;
        var child = report.Child?.Id ?? "";
        var site = report.Child is { } at ? $"{at.SpawnFile}:{at.SpawnLine}" : "";
        switch (report.Kind)
        {
            case SupervisorReportKind.ChildStartFailed:
                StartFailed(logger, supervisor, child, site, report.Error);
                break;
            case SupervisorReportKind.ChildExited when report.Error is not null:
                Failed(logger, supervisor, child, site, report.WasAsked, report.Error);
                break;
            case SupervisorReportKind.ChildRestarting:
                Restarting(logger, supervisor, child, report.Delay, report.Child!.Restarts);
                break;
            case SupervisorReportKind.ChildAbandoned:
                Abandoned(logger, supervisor, child, site);
                break;
            case SupervisorReportKind.AbandonedChildEnded:
                AbandonedEnded(logger, supervisor, child, report.Error);
                break;
            case SupervisorReportKind.Escalated:
                Escalated(logger, supervisor, child, site, report.Error);
                break;
            default:
                Happened(logger, report.Kind, supervisor, child);
                break;
        }
    }

    [LoggerMessage(101, LogLevel.Error, "{Supervisor}: {Child} ({Site}) could not be started.")]
    private static partial void StartFailed(ILogger logger, string supervisor, string child, string site, Exception? exception);

    [LoggerMessage(102, LogLevel.Error, "{Supervisor}: {Child} ({Site}) failed; was told to end: {WasAsked}.")]
    private static partial void Failed(ILogger logger, string supervisor, string child, string site, bool wasAsked, Exception? exception);

    [LoggerMessage(103, LogLevel.Warning, "{Supervisor}: {Child} is started again in {Delay}, after {Restarts} restarts before.")]
    private static partial void Restarting(ILogger logger, string supervisor, string child, TimeSpan delay, int restarts);

    [LoggerMessage(104, LogLevel.Error, "{Supervisor}: {Child} ({Site}) has not ended within its shutdown time and is abandoned; it runs on.")]
    private static partial void Abandoned(ILogger logger, string supervisor, string child, string site);

    [LoggerMessage(105, LogLevel.Warning, "{Supervisor}: {Child}, which was abandoned, has ended.")]
    private static partial void AbandonedEnded(ILogger logger, string supervisor, string child, Exception? exception);

    [LoggerMessage(106, LogLevel.Error, "{Supervisor} gives up because of {Child} ({Site}), and stops its children.")]
    private static partial void Escalated(ILogger logger, string supervisor, string child, string site, Exception? exception);

    [LoggerMessage(107, LogLevel.Debug, "{Kind}: {Supervisor} {Child}.")]
    private static partial void Happened(ILogger logger, SupervisorReportKind kind, string supervisor, string child);

    [LoggerMessage(108, LogLevel.Error, "Unhandled exception in a handler of Supervisor.Reported of {Supervisor}.")]
    public static partial void HandlerFailed(ILogger logger, string supervisor, Exception exception);
}
