namespace Motet.Runtime;

/// <summary>What <see cref="Controller{TCommand}.Send"/> does when the service has as many commands waiting as its queue holds.</summary>
public enum CommandQueuePolicy
{
    /// <summary>The new command is refused: <see cref="Controller{TCommand}.Send"/> returns <c>false</c>.</summary>
    Reject,

    /// <summary>The command that waits longest is dropped: for commands of which only the newest count.</summary>
    DropOldest,
}
