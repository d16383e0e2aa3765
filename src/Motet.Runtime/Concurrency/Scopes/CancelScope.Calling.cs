namespace Motet.Runtime;

/// <summary>Operations that know tokens, and nothing of scopes.</summary>
public sealed partial class CancelScope
{
    /// <summary>
    /// Calls an operation that takes a token, of a library or one's own, with one that fires with the current scope: <c>CancelScope.CallAsync(token => http.GetStringAsync(address, token))</c>. Cancelled at entry like Motet's own
    /// operations; what comes out of a cancel is the scope's exception.
    /// </summary>
    /// <param name="operation">The operation; is given the token.</param>
    /// <param name="cancellationToken">Ends it as well.</param>
    /// <exception cref="ScopeCanceledException">The current scope was cancelled.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or the operation gave up by itself.</exception>
    public static async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        cancellationToken.ThrowIfCancellationRequested();
        var scope = Current;
        if (scope is null) return await operation(cancellationToken);
        scope.ThrowIfSignaled();
        using var both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(scope.Token, cancellationToken) : null;
        try
        {
            return await operation(both?.Token ?? scope.Token);
        }
        catch (OperationCanceledException exception) when (exception is not ScopeCanceledException && (scope.IsCanceled || cancellationToken.IsCancellationRequested))
        {
            throw scope.Cancellation ?? new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    /// <inheritdoc cref="CallAsync{T}(Func{CancellationToken, Task{T}}, CancellationToken)"/>
    public static Task CallAsync(Func<CancellationToken, Task> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return CallAsync(
            async token =>
            {
                await operation(token);
                return true;
            },
            cancellationToken);
    }
}
