namespace Motet.Runtime;

/// <summary>A nursery that a token of the caller cancels as well as the scopes around.</summary>
internal static class LinkedNursery
{
    private static readonly Action<object?> CancelCallback = static scope => ((CancelScope)scope!).CancelAs(CancelKind.Token, null, null);

    /// <summary>Runs it, and gives what the caller has to throw, so that it can clean up before.</summary>
    public static async Task<Exception?> RunAsync(Func<Nursery, Task> body, CancelScope scope, CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(CancelScope.Current, cancellationToken) is { } canceled) return canceled;
        var registration = cancellationToken.UnsafeRegister(CancelCallback, scope);
        try
        {
            await Nursery.RunAsync(body, scope);
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            // Does not wait for a callback under way: a scope that was left does not mind.
            registration.Unregister();
        }

        return scope.CancelCaught && scope.Kind == CancelKind.Token ? new OperationCanceledException(cancellationToken) : null;
    }
}
