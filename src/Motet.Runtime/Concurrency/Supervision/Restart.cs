namespace Motet.Runtime;

/// <summary>When a child of a <see cref="Supervisor"/> is started again after it has ended by itself.</summary>
public enum Restart
{
    /// <summary>Always, also when it ended without an error: a server.</summary>
    Permanent,

    /// <summary>When it failed: work that is done once it has ended well. A restart of a whole group (<see cref="RestartStrategy.OneForAll"/>, <see cref="RestartStrategy.RestForOne"/>) begins it anew all the same.</summary>
    Transient,

    /// <summary>Never, not with a group either; it is forgotten when it has ended.</summary>
    Temporary,
}
