namespace Motet.Runtime;

/// <summary>
/// Runs code that blocks (files, native libraries, long computations) on threads made for that, while the caller awaits it: neither event loops nor the thread pool wait with it. Value and exception come back to the caller's context.
/// </summary>
/// <remarks>
/// The work sees the scope of the caller: <see cref="CancelScope.ThrowIfCanceled"/> in it throws when that is cancelled, and so does the token it is given. A thread cannot be stopped from outside: by default a cancelled caller waits until the work
/// has ended, and a value that it gives all the same is returned. A cancel before the work has begun, while it waits for the limiter, means that it never begins. All members are for any thread.
/// </remarks>
public static class Offload
{
    /// <summary>
    /// The limiter of work that names no other: 40 at once, as in Trio: far more threads than processors, because they mostly wait, and few enough that their stacks do not matter. May be changed.
    /// </summary>
    public static CapacityLimiter DefaultLimiter { get; } = new(40);

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, T}, bool, CapacityLimiter?, CancellationToken)"/>
    public static Task RunAsync(Action work, bool abandonOnCancel = false, CapacityLimiter? limiter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OffloadedWork.RunAsync(_ => AsFunction(work), abandonOnCancel, limiter, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, T}, bool, CapacityLimiter?, CancellationToken)"/>
    public static Task RunAsync(Action<CancellationToken> work, bool abandonOnCancel = false, CapacityLimiter? limiter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OffloadedWork.RunAsync(scope => AsFunction(() => work(scope.Token)), abandonOnCancel, limiter, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, T}, bool, CapacityLimiter?, CancellationToken)"/>
    public static Task<T> RunAsync<T>(Func<T> work, bool abandonOnCancel = false, CapacityLimiter? limiter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OffloadedWork.RunAsync(_ => work(), abandonOnCancel, limiter, cancellationToken);
    }

    /// <summary>Runs <paramref name="work"/> on a thread of its own and waits for it.</summary>
    /// <param name="work">The work; its token fires when the scope of the caller, or <paramref name="cancellationToken"/>, is cancelled.</param>
    /// <param name="abandonOnCancel">
    /// Whether a cancelled caller goes on at once. The work then runs on without it and keeps its place in the limiter until it has ended; its error goes to <see cref="Coprocess.UnhandledException"/>, and its value is disposed of, if it is
    /// <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.
    /// </param>
    /// <param name="limiter">Bounds how many run at once, with this work as borrower; null for <see cref="DefaultLimiter"/>.</param>
    /// <param name="cancellationToken">Cancels like the scope.</param>
    /// <exception cref="ArgumentException">The work gives a task: what is asynchronous needs no thread.</exception>
    public static Task<T> RunAsync<T>(Func<CancellationToken, T> work, bool abandonOnCancel = false, CapacityLimiter? limiter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OffloadedWork.RunAsync(scope => work(scope.Token), abandonOnCancel, limiter, cancellationToken);
    }

    /// <summary>
    /// Runs <paramref name="work"/> on a thread of its own, waits for it, and calls <paramref name="onProgress"/> in the caller's context with what it reports meanwhile: each report, in order, none after the call has ended.
    /// </summary>
    /// <param name="work">
    /// The work. A report blocks it while 1,024 wait to be handled. For cancel it asks <see cref="CancelScope.ThrowIfCanceled"/>.
    /// </param>
    /// <param name="onProgress">What it throws cancels the work, and comes out when that has ended.</param>
    /// <param name="abandonOnCancel">Whether a cancelled caller goes on at once; see <see cref="RunAsync{T}(Func{CancellationToken, T}, bool, CapacityLimiter?, CancellationToken)"/>.</param>
    /// <param name="limiter">Bounds how many run at once; null for <see cref="DefaultLimiter"/>.</param>
    /// <param name="cancellationToken">Cancels like the scope.</param>
    public static Task<T> RunAsync<T, TProgress>(
        Func<IProgress<TProgress>, T> work,
        Action<TProgress> onProgress,
        bool abandonOnCancel = false,
        CapacityLimiter? limiter = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(onProgress);
        var progress = new OffloadProgress<TProgress>(onProgress);
        return OffloadedWork.RunAsync(_ => work(progress), abandonOnCancel, limiter, cancellationToken, progress);
    }

    private static bool AsFunction(Action work)
    {
        work();
        return true;
    }
}
