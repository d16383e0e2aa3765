namespace Motet.Runtime;

/// <summary>
/// A <see cref="Supervisor"/> gave up, after it had stopped its children: one failed more often than it bears, or could not be started at all. The last error is the inner exception; it is null where a permanent child only ended too
/// often.
/// </summary>
public sealed class SupervisorException : Exception
{
    internal SupervisorException(string message, SupervisedChild child, Exception? error, IReadOnlyList<SupervisorReport> history)
        : base(message, error)
    {
        Child = child;
        History = history;
    }

    /// <summary>The child that failed last.</summary>
    public SupervisedChild Child { get; }

    /// <summary>The failures that led here, oldest first, the last 32 at most.</summary>
    public IReadOnlyList<SupervisorReport> History { get; }

    /// <summary>Their errors, in the same order.</summary>
    public IReadOnlyList<Exception> Errors => History.Where(report => report.Error is not null).Select(report => report.Error!).ToArray();
}
