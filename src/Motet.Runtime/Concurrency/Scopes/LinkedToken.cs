namespace Motet.Runtime;

/// <summary>Has a token of a caller cancel a scope too.</summary>
internal readonly struct LinkedToken(CancelScope scope, CancellationToken cancellationToken) : IDisposable
{
    private static readonly Action<object?> CancelCallback = static scope => ((CancelScope)scope!).CancelAs(CancelKind.Token, null, null);

    private readonly CancellationTokenRegistration _registration = cancellationToken.UnsafeRegister(CancelCallback, scope);

    /// <summary>Does not wait for a callback under way: a scope that was left does not mind.</summary>
    public void Dispose() => _registration.Unregister();

    /// <summary>What the caller gets when the scope has taken its cancel.</summary>
    public Exception CreateException() => scope.Kind == CancelKind.Token ? new OperationCanceledException(cancellationToken) : scope.Signal!.CreateException();
}
