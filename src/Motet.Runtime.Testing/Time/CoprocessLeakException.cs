namespace Motet.Runtime.Testing;

/// <summary>The body of a run on virtual time has ended, and coprocesses without a parent have not. The message lists them, with the places where they were spawned.</summary>
public sealed class CoprocessLeakException : Exception
{
    internal CoprocessLeakException(string message)
        : base(message)
    {
    }
}
