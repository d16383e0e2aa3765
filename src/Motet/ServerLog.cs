using Microsoft.Extensions.Logging;

namespace Motet;

/// <summary>What this floor logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A callback for {State} failed.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, ServerState state);
}
