namespace Motet.Runtime;

/// <summary>Where the restart of a group is. Once its children are to be started it is over: that is a start like the first.</summary>
internal enum GroupPhase
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Its children are stopped, last first.</summary>
    Stopping,

    /// <summary>They are down, and wait for the back-off.</summary>
    Waiting,
}
