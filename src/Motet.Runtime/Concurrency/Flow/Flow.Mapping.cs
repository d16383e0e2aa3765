using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>The same work for many items.</summary>
public static partial class Flow
{
    /// <inheritdoc cref="WhenAllAsync{T}(IEnumerable{Func{Task{T}}}, CancellationToken, string, int)"/>
    public static Task<T[]> WhenAllAsync<T>(params Func<Task<T>>[] bodies) => WhenAllAsync((IEnumerable<Func<Task<T>>>)bodies, file: "", line: 0);

    /// <summary>The values of all, in the order in which they are given. The first failure cancels the rest.</summary>
    /// <param name="bodies">All start together; may be none.</param>
    /// <param name="cancellationToken">Cancels all.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="AggregateException">Some failed: their errors, the first first.</exception>
    public static Task<T[]> WhenAllAsync<T>(IEnumerable<Func<Task<T>>> bodies, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => MapAsync(bodies, int.MaxValue, static body => body(), cancellationToken, file, line);

    /// <inheritdoc cref="MapAsync{TSource, TResult}(IAsyncEnumerable{TSource}, int, Func{TSource, Task{TResult}}, CancellationToken, string, int)"/>
    public static Task<TResult[]> MapAsync<TSource, TResult>(
        IEnumerable<TSource> source,
        int limit,
        Func<TSource, Task<TResult>> body,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        return MapAsync(source.ToAsyncEnumerable(), limit, body, cancellationToken, file, line);
    }

    /// <summary>
    /// Runs <paramref name="body"/> for each item and gives the results in the order of the items. An item is taken from the source, by the caller's own coprocess, when a place is free for it. The first failure, of the body or
    /// of the source, cancels the rest.
    /// </summary>
    /// <param name="source">The items.</param>
    /// <param name="limit">How many run at once, at most; one or more.</param>
    /// <param name="body">The work; each runs in a coprocess of its own.</param>
    /// <param name="cancellationToken">Cancels all.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="AggregateException">Body or source failed: all errors, the first first.</exception>
    public static Task<TResult[]> MapAsync<TSource, TResult>(
        IAsyncEnumerable<TSource> source,
        int limit,
        Func<TSource, Task<TResult>> body,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        Check(source, limit, body);
        return new OrderedMapping<TSource, TResult>(source, limit, body, file, line).RunAsync(cancellationToken);
    }

    /// <inheritdoc cref="MapUnorderedAsync{TSource, TResult}(IAsyncEnumerable{TSource}, int, Func{TSource, Task{TResult}}, string, int)"/>
    public static IAsyncEnumerable<TResult> MapUnorderedAsync<TSource, TResult>(
        IEnumerable<TSource> source,
        int limit,
        Func<TSource, Task<TResult>> body,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        return MapUnorderedAsync(source.ToAsyncEnumerable(), limit, body, file, line);
    }

    /// <summary>
    /// Runs <paramref name="body"/> for each item and gives each result as soon as it is there. Work begins when the enumeration does, as a child of the coprocess that enumerates, and ends before the enumerator is disposed of: leaving the
    /// loop cancels what runs and waits for it.
    /// </summary>
    /// <remarks>
    /// A result that waits for the consumer still holds its place, so a slow consumer slows the source down. A failure cancels the rest; the consumer gets what was finished before, then the errors. Errors that come after the
    /// consumer has left go to <see cref="Coprocess.UnhandledException"/>.
    /// </remarks>
    /// <param name="source">The items; each is taken when a place is free for it.</param>
    /// <param name="limit">How many results are in the making or wait for the consumer, at most; one or more.</param>
    /// <param name="body">The work; each runs in a coprocess of its own.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <returns>The results. The enumeration throws <see cref="AggregateException"/> when body or source failed.</returns>
    public static IAsyncEnumerable<TResult> MapUnorderedAsync<TSource, TResult>(
        IAsyncEnumerable<TSource> source,
        int limit,
        Func<TSource, Task<TResult>> body,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        Check(source, limit, body);
        return ReadAsync(source, limit, body, file, line);
    }

    private static async IAsyncEnumerable<TResult> ReadAsync<TSource, TResult>(
        IAsyncEnumerable<TSource> source,
        int limit,
        Func<TSource, Task<TResult>> body,
        string file,
        int line,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // No scope is entered here: what an iterator sets as the current one is lost at the next yield. The work has a coprocess of its own.
        if (Wait.CheckEntry(CancelScope.Current, cancellationToken) is { } canceled) ExceptionDispatchInfo.Throw(canceled);
        var mapping = new StreamedMapping<TSource, TResult>(source, limit, body, file, line);
        mapping.Start();
        try
        {
            while (await mapping.HasNextAsync(cancellationToken)) yield return mapping.TakeNext();
        }
        finally
        {
            await mapping.StopAsync();
        }
    }

    private static void Check(object source, int limit, object body)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentNullException.ThrowIfNull(body);
    }
}
