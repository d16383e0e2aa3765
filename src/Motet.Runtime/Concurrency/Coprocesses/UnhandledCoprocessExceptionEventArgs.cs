namespace Motet.Runtime;

/// <summary>An error that no coprocess and no awaiting code took.</summary>
public sealed class UnhandledCoprocessExceptionEventArgs : EventArgs
{
    internal UnhandledCoprocessExceptionEventArgs(Coprocess coprocess, Exception exception)
    {
        Coprocess = coprocess;
        Exception = exception;
    }

    /// <summary>The one that failed.</summary>
    public Coprocess Coprocess { get; }

    /// <summary>Its error.</summary>
    public Exception Exception { get; }
}
