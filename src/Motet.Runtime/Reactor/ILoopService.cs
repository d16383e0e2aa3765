namespace Motet.Runtime;

/// <summary>Something attached to a loop that wants to be told, after the resources, that the loop ends.</summary>
internal interface ILoopService
{
    void OnLoopStopping();
}
