namespace Motet.Runtime;

/// <summary>Takes the end of a coprocess instead of its group: who waits until it has said that it is started, or gathers what several give.</summary>
internal interface IStartObserver
{
    /// <summary>The coprocess has ended. True when the observer takes its error: the group is not told. Outside of locks, on any thread.</summary>
    bool OnEnded(CoprocessState state, Exception? error);
}
