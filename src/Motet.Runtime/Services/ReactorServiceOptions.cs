namespace Motet.Runtime;

/// <summary>The limits of a service. Read when it is attached.</summary>
public sealed class ReactorServiceOptions
{
    internal static readonly ReactorServiceOptions Default = new();

    /// <summary>Commands that may wait. Default 1,024: a few turns' worth, after which the sender is faster than the service.</summary>
    public int CommandCapacity { get; init; } = 1024;

    /// <summary>What happens to a command that finds the queue full. Default: refused.</summary>
    public CommandQueuePolicy CommandQueuePolicy { get; init; } = CommandQueuePolicy.Reject;

    /// <summary>Commands handled in one turn; the rest in the next, after a look at the descriptors. Default 256.</summary>
    public int MaxCommandsPerTurn { get; init; } = 256;

    /// <summary>
    /// Registrations and hand-overs carried out in one turn; the rest in the next. Default 256. A service that answers each with another can't keep the loop.
    /// </summary>
    public int MaxActionsPerTurn { get; init; } = 256;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CommandCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxCommandsPerTurn);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxActionsPerTurn);
    }
}
