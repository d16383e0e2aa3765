using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// Several pieces of work at once, with one end: each runs in a coprocess of its own, and all have ended when the call returns, whatever happened.
/// </summary>
/// <remarks>
/// It takes functions, not started tasks: a task that runs cannot be cancelled. A value that does not reach the caller (of one that lost a race, or when the whole fails) is disposed of, if it is
/// <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>, so that a race of connects leaves no connection open; an error in that goes to <see cref="Coprocess.UnhandledException"/>. Everything is cancelled with the scope of the
/// caller, and at entry when that is cancelled already. Any thread.
/// </remarks>
public static partial class Flow
{
    /// <inheritdoc cref="RaceAsync{T}(IEnumerable{Func{Task{T}}}, TimeSpan, CancellationToken, string, int)"/>
    public static Task<T> RaceAsync<T>(params Func<Task<T>>[] contenders) => RaceAsync((IEnumerable<Func<Task<T>>>)contenders, file: "", line: 0);

    /// <summary>
    /// The value of the first that succeeds. The others are cancelled and waited for; what goes wrong in them does not matter any more.
    /// </summary>
    /// <param name="contenders">At least one; they start in this order.</param>
    /// <param name="delay">The time between two starts; the next one starts at once when one fails. Zero starts all together. RFC 8305, connecting to the addresses of a host ("happy eyeballs"), says 250 ms.</param>
    /// <param name="cancellationToken">Cancels all.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="AggregateException">All failed: their errors, in the order in which they came.</exception>
    public static async Task<T> RaceAsync<T>(
        IEnumerable<Func<Task<T>>> contenders,
        TimeSpan delay = default,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var contest = new Contest<T>(Check(contenders), 1, failureDecides: false, file, line);
        return (await contest.RunAsync(delay, cancellationToken))[0];
    }

    /// <inheritdoc cref="FirstAsync{T}(int, IEnumerable{Func{Task{T}}}, CancellationToken, string, int)"/>
    public static Task<T[]> FirstAsync<T>(int count, params Func<Task<T>>[] contenders) => FirstAsync(count, (IEnumerable<Func<Task<T>>>)contenders, file: "", line: 0);

    /// <summary>
    /// The values of the first <paramref name="count"/> that succeed, in the order in which they ended. The others are cancelled and waited for; what goes wrong in them does not matter any more.
    /// </summary>
    /// <param name="count">From one up to the number of contenders.</param>
    /// <param name="contenders">All start together.</param>
    /// <param name="cancellationToken">Cancels all.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="AggregateException">So many failed that <paramref name="count"/> cannot succeed any more; the rest was cancelled.</exception>
    public static Task<T[]> FirstAsync<T>(
        int count,
        IEnumerable<Func<Task<T>>> contenders,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var all = Check(contenders);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, all.Length);
        return new Contest<T>(all, count, failureDecides: false, file, line).RunAsync(TimeSpan.Zero, cancellationToken);
    }

    /// <summary>
    /// The value, or the error, of the first that ends. The others are cancelled and waited for; what goes wrong in them does not matter any more.
    /// </summary>
    /// <param name="contenders">At least one; all start together.</param>
    public static async Task<T> WhenAnyCancelRestAsync<T>(params Func<Task<T>>[] contenders)
        => (await new Contest<T>(Check(contenders), 1, failureDecides: true, "", 0).RunAsync(TimeSpan.Zero, CancellationToken.None))[0];

    /// <summary>
    /// Waits for the first that ends, and throws its error if it failed: a reader and a writer, of which neither is of use without the other. The others are cancelled and waited for; what goes wrong in them does not matter any more.
    /// </summary>
    /// <param name="contenders">At least one; all start together.</param>
    /// <returns>The index of the one that ended.</returns>
    public static Task<int> WhenAnyCancelRestAsync(params Func<Task>[] contenders)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        return WhenAnyCancelRestAsync([.. contenders.Select((contender, index) => new Func<Task<int>>(async () =>
        {
            await contender();
            return index;
        }))]);
    }

    private static Func<Task<T>>[] Check<T>(IEnumerable<Func<Task<T>>> contenders)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        // A copy: the array of a caller may change while they run.
        Func<Task<T>>[] all = [.. contenders];
        if (all.Length == 0) throw new ArgumentException("There must be at least one.", nameof(contenders));
        if (Array.IndexOf(all, null) >= 0) throw new ArgumentException("None may be null.", nameof(contenders));
        return all;
    }
}
