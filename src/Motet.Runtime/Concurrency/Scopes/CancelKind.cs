namespace Motet.Runtime;

/// <summary>Why a cancel scope was cancelled.</summary>
public enum CancelKind
{
    /// <summary>Somebody called <see cref="CancelScope.Cancel"/>.</summary>
    Requested,

    /// <summary>Its deadline has passed.</summary>
    Deadline,

    /// <summary>It ends when an enclosing scope drains (<see cref="CancelScope.EndsOnDrain"/>), and that has begun.</summary>
    Draining,

    /// <summary>It was draining, and the grace period is over.</summary>
    GraceOver,

    /// <summary>Something in it failed, and the rest is cancelled for that: <see cref="CancelScope.Cause"/>.</summary>
    Failed,

    /// <summary>Its coprocess was interrupted: <see cref="Motet.Runtime.Coprocess.Interrupt"/>.</summary>
    Interrupted,

    /// <summary>Its coprocess is restarted.</summary>
    Restarted,

    /// <summary>What it belonged to has ended, and with it those that do not keep it: transient coprocesses, losers of a race.</summary>
    NoLongerNeeded,

    /// <summary>A <see cref="CancellationToken"/> that the scope was linked to fired.</summary>
    Token,
}
