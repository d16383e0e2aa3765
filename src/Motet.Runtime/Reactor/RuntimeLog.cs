using Microsoft.Extensions.Logging;

namespace Motet.Runtime;

internal static partial class RuntimeLog
{
    [LoggerMessage(1, LogLevel.Error, "Unhandled exception on {Loop} in {Site}.")]
    public static partial void UnhandledException(ILogger logger, string loop, string site, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Site} has held {Loop} for {Milliseconds} ms; everything else on that loop waits. Use await or Offload.")]
    public static partial void LongCallback(ILogger logger, string loop, string site, double milliseconds);
}
