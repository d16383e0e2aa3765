namespace Motet.Runtime;

/// <summary>The message of a <see cref="CoprocessMonitor"/>: the coprocess it watches has ended. One for each monitor.</summary>
public sealed class CoprocessExit
{
    internal CoprocessExit(CoprocessMonitor monitor, CoprocessState state, Exception? error)
    {
        Monitor = monitor;
        State = state;
        Error = error;
    }

    /// <summary>The monitor that tells.</summary>
    public CoprocessMonitor Monitor { get; }

    /// <summary>The one that has ended.</summary>
    public Coprocess Coprocess => Monitor.Coprocess;

    /// <summary>How it ended.</summary>
    public CoprocessState State { get; }

    /// <summary>The error it ended with; null when it ended without.</summary>
    public Exception? Error { get; }
}
