namespace Motet.Runtime;

/// <summary>Work at its pace.</summary>
public sealed partial class Throttler
{
    /// <summary>Waits for its turn, then runs <paramref name="body"/>.</summary>
    public async Task RunAsync(Func<Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        await WaitAsync(cancellationToken);
        await body();
    }

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        await WaitAsync(cancellationToken);
        return await body();
    }

    /// <summary>Runs <paramref name="body"/> again and again, one after another, each time after its turn has come.</summary>
    /// <param name="body">The work.</param>
    /// <param name="count">How many times; null for ever, until the scope or the token is cancelled or the body fails.</param>
    /// <param name="cancellationToken">Ends the loop where it waits.</param>
    public async Task LoopAsync(Func<Task> body, long? count = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        for (var done = 0L; count is null || done < count; done++) await RunAsync(body, cancellationToken);
    }
}
