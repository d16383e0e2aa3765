namespace Motet.Runtime;

/// <summary>
/// A scope of <see cref="CancelScope.FailAfterAsync(TimeSpan, Func{CancelScope, Task})"/> ran out of time. It is that scope's own: an enclosing deadline, or one inside, is never mistaken for it.
/// </summary>
public sealed class DeadlineExceededException : TimeoutException
{
    internal DeadlineExceededException(CancelScope scope, Exception? inner)
        : base(scope.Name is { } name ? $"The time of the scope {name} is over." : "The time of the scope is over.", inner)
        => Scope = scope;

    /// <summary>The scope whose deadline passed.</summary>
    public CancelScope Scope { get; }
}
