namespace Motet.Runtime;

/// <summary>With this a coprocess of <see cref="Nursery.StartAsync{T}"/> says that it is started.</summary>
/// <typeparam name="T">The type of the value it hands over.</typeparam>
public sealed class Started<T> : IStartObserver
{
    private readonly CoprocessGroup _group;
    private readonly Wait<T> _wait = Wait<T>.Rent();

    // The wait itself cannot be asked: once its result is taken it is somebody else's.
    private int _isDecided;

    internal Started(CoprocessGroup group)
    {
        _group = group;
        Task = _wait.Task;
    }

    internal ValueTask<T> Task { get; }

    internal Coprocess? Coprocess { get; set; }

    /// <summary>
    /// Says so. The caller of <c>StartAsync</c> goes on with <paramref name="value"/>, and the coprocess belongs to the nursery. Without effect when the caller was cancelled before: then the coprocess is as well. Any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was said before.</exception>
    public void Set(T value)
    {
        if (Coprocess!.Scope.IsCanceled) return;
        if (!TryDecide()) throw new InvalidOperationException("A coprocess starts once.");
        Coprocess.OnStarted(_group);
        _wait.Complete(value);
    }

    bool IStartObserver.OnEnded(CoprocessState state, Exception? error)
    {
        if (!TryDecide()) return false;
        _wait.Fail(error ?? CancelOfCaller ?? new InvalidOperationException($"{Coprocess!.Description} ended before it said that it was started."));
        return true;
    }

    /// <summary>When the caller was cancelled, the child may have come to its end all the same: too late.</summary>
    private Exception? CancelOfCaller => Coprocess!.Scope.Signal is { } signal && signal.Scope != Coprocess.Scope ? signal.CreateException() : null;

    private bool TryDecide() => Interlocked.Exchange(ref _isDecided, 1) == 0 && _wait.TryClaim();
}
