namespace Motet.Runtime;

/// <summary>Waits until a coprocess has said that it is started.</summary>
internal interface IStartObserver
{
    /// <summary>The coprocess has ended. True when it had not started yet: then the observer takes its error.</summary>
    bool OnEnded(CoprocessState state, Exception? error);
}
