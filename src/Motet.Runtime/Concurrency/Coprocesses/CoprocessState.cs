namespace Motet.Runtime;

/// <summary>What a coprocess is doing. The last four are for good.</summary>
public enum CoprocessState : byte
{
    /// <summary>It has a step to run and waits for its turn.</summary>
    Runnable,

    /// <summary>It runs right now.</summary>
    Running,

    /// <summary>It waits for something.</summary>
    Waiting,

    /// <summary>Its body has ended, its children have not.</summary>
    Ending,

    /// <summary>It has ended by itself.</summary>
    Completed,

    /// <summary>It was ended with <see cref="Coprocess.Interrupt"/>, or was transient and no longer needed.</summary>
    Interrupted,

    /// <summary>It was cancelled from outside: by a scope around it.</summary>
    Canceled,

    /// <summary>It, or a child of it, failed; or it was ended with <see cref="Coprocess.Cancel"/>.</summary>
    Failed,
}
