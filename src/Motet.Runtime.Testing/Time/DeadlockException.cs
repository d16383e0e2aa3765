namespace Motet.Runtime.Testing;

/// <summary>A run on virtual time cannot go on: nothing can run, no timer is to come, and nothing comes from outside. The message lists what waits, with the places where it was spawned.</summary>
public sealed class DeadlockException : Exception
{
    internal DeadlockException(string message)
        : base(message)
    {
    }
}
