namespace Motet.Runtime;

public sealed partial class EventLoop
{
    /// <summary>
    /// Reports an exception that nobody caught, as the loop does for the callbacks it runs: through <see cref="EventLoopOptions.UnhandledException"/> and the logger. For
    /// code that runs callbacks of its own on the loop and keeps their failures apart. Loop only.
    /// </summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="source">What was running; named in the report.</param>
    public void ReportUnhandledException(Exception exception, object source)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(source);
        ReportUnhandled(exception, CallbackSite.Describe(source, null));
    }
}
