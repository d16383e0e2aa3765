namespace Motet.Runtime;

/// <summary>Why a supervisor ends. The first reason counts.</summary>
internal enum SupervisorEnd
{
    None,
    Stopped,
    AutoShutdown,
    Drained,
    Canceled,
    RestartLimit,
    StartFailed,
}
