using Microsoft.Extensions.Logging;

namespace Motet.PubSub;

internal static partial class PubSubLog
{
    [LoggerMessage(1, LogLevel.Error, "The pub/sub engine {Engine} failed.")]
    public static partial void EngineFailed(ILogger logger, string engine, Exception exception);
}
