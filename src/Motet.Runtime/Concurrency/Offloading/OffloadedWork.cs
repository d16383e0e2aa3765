namespace Motet.Runtime;

/// <summary>Work on a thread, seen by that and by the one who waits for it.</summary>
internal abstract class OffloadedWork : IWaitOwner
{
    private readonly Lock _gate = new();
    private WaitQueue _waits;
    private bool _hasChanged;

    /// <summary>Whether the work has ended; then its outcome is there.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    protected bool IsAbandoned { get; private set; }

    /// <summary>Runs work in the context of the caller; see <see cref="Offload"/>.</summary>
    public static async Task<T> RunAsync<T>(
        Func<CancelScope, T> function,
        bool abandonOnCancel,
        CapacityLimiter? limiter,
        CancellationToken cancellationToken,
        OffloadProgress? progress = null)
    {
        if (typeof(Task).IsAssignableFrom(typeof(T)) || typeof(T) == typeof(ValueTask))
            throw new ArgumentException("The work gives a task: what is asynchronous needs no thread. Spawn a coprocess, or await it.");
        var scope = new CancelScope();
        var work = new OffloadedWork<T>(() => function(scope), scope, progress);
        var lease = await (limiter ?? Offload.DefaultLimiter).AcquireAsync(work, cancellationToken);
        using var registration = new LinkedToken(scope, cancellationToken);
        scope.Scheduler.BeginOutsideWork();
        try
        {
            var result = await scope.RunAsync(_ => work.RunAsync(lease, abandonOnCancel), default!);
            if (scope.CancelCaught) throw registration.CreateException();
            return result;
        }
        finally
        {
            scope.Scheduler.EndOutsideWork();
        }
    }

    /// <summary>Runs it. On its thread.</summary>
    public abstract void Execute();

    /// <summary>Something was reported. Any thread.</summary>
    public void OnProgress() => Change(false);

    /// <summary>Waits for the end, or for a report.</summary>
    /// <param name="isCancelable">Whether the current scope ends the wait.</param>
    public ValueTask ChangeAsync(bool isCancelable)
    {
        var scope = isCancelable ? CancelScope.Current : null;
        lock (_gate)
        {
            // Not the cancel first: an outcome that is there counts.
            if (HasEnded || _hasChanged)
            {
                _hasChanged = false;
                return default;
            }

            var wait = Wait<bool>.Rent(this);
            var task = wait.UntypedTask;
            if (!isCancelable || wait.TryJoin(scope, CancellationToken.None)) _waits.Add(wait);
            return task;
        }
    }

    /// <summary>The caller leaves without the outcome. False when that has come at the same moment.</summary>
    public bool TryAbandon()
    {
        lock (_gate) return !HasEnded && (IsAbandoned = true);
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    /// <summary>The outcome is there. True when nobody waits for it.</summary>
    protected bool End()
    {
        Change(true);
        return IsAbandoned;
    }

    private void Change(bool isEnd)
    {
        Wait? wait;
        lock (_gate)
        {
            HasEnded |= isEnd;
            if (!_waits.TryClaim(out wait)) _hasChanged = true;
        }

        ((Wait<bool>?)wait)?.Complete(true);
    }
}
