namespace Motet.Runtime;

/// <summary>
/// An operation did not happen because a <see cref="CancelScope"/> around it is cancelled. The scope that fired, and no other, takes the exception; catch it only to clean up, and throw
/// it on.
/// </summary>
public sealed class ScopeCanceledException : OperationCanceledException
{
    internal ScopeCanceledException(CancelSignal signal)
        : base(Describe(signal), signal.Cause, signal.Scope.TokenIfUsed)
    {
        Scope = signal.Scope;
        Kind = signal.Kind;
        Reason = signal.Reason;
    }

    /// <summary>The scope that fired. An inner one only passes it on.</summary>
    public CancelScope Scope { get; }

    /// <summary>Why it fired.</summary>
    public CancelKind Kind { get; }

    /// <summary>What whoever cancelled it had to say, if anything.</summary>
    public string? Reason { get; }

    private static string Describe(CancelSignal signal)
    {
        var what = signal.Kind switch
        {
            CancelKind.Deadline => "The deadline of the scope has passed",
            CancelKind.Draining => "An enclosing scope drains",
            CancelKind.GraceOver => "The grace period of the scope is over",
            CancelKind.Failed => "Something in the scope failed",
            CancelKind.Interrupted => "The coprocess was interrupted",
            CancelKind.Restarted => "The coprocess is restarted",
            CancelKind.NoLongerNeeded => "What the coprocess worked for has ended",
            CancelKind.Token => "A cancellation token of the scope fired",
            _ => "The scope was cancelled",
        };
        var name = signal.Scope.Name is { } given ? $" ({given})" : "";
        return signal.Reason is null ? $"{what}{name}." : $"{what}{name}: {signal.Reason}";
    }
}
