namespace Motet.Runtime;

/// <summary>Something attached to a loop that wants to be told, before any resource, that the loop ends.</summary>
internal interface ILoopService
{
    void OnLoopStopping();
}
