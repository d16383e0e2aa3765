using Microsoft.Extensions.Logging;

namespace Motet.Http;

/// <summary>What this floor logs.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "The handler of {Method} {Path} failed.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, HttpMethod method, string path);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The handler of {Method} {Path} completed without a whole response.")]
    public static partial void ResponseIncomplete(ILogger logger, HttpMethod method, string path);
}
