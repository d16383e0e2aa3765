namespace Motet.Runtime;

/// <summary>What a child of a <see cref="Supervisor"/> is doing.</summary>
public enum SupervisedChildState
{
    /// <summary>It will be started: its turn, or the end of its back-off, has not come.</summary>
    Waiting,

    /// <summary>It runs, and has not said yet that it is started.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It was told to end and has not.</summary>
    Stopping,

    /// <summary>It does not run: it has ended for good, was terminated, or its supervisor has ended.</summary>
    Stopped,
}
