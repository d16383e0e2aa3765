namespace Motet.Runtime;

/// <summary>A nursery that a token of the caller cancels as well as the scopes around.</summary>
internal static class LinkedNursery
{
    /// <summary>Runs it, and gives what the caller has to throw, so that it can clean up before.</summary>
    public static async Task<Exception?> RunAsync(Func<Nursery, Task> body, CancelScope scope, CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(CancelScope.Current, cancellationToken) is { } canceled) return canceled;
        using var link = new LinkedToken(scope, cancellationToken);
        try
        {
            await Nursery.RunAsync(body, scope);
        }
        catch (Exception exception)
        {
            return exception;
        }

        return scope.CancelCaught && scope.Kind == CancelKind.Token ? link.CreateException() : null;
    }
}
