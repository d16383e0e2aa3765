namespace Motet.Runtime;

/// <summary>The cancel of one scope, as everything inside of it sees it.</summary>
internal sealed class CancelSignal(CancelScope scope, CancelKind kind, string? reason, Exception? cause)
{
    public CancelScope Scope { get; } = scope;

    public CancelKind Kind { get; } = kind;

    public string? Reason { get; } = reason;

    public Exception? Cause { get; } = cause;

    public ScopeCanceledException CreateException() => new(this);
}
