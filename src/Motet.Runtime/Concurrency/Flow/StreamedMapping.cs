namespace Motet.Runtime;

/// <summary>Gives results as they come to one who enumerates. The work runs in a coprocess of its own, beside the enumeration.</summary>
internal sealed class StreamedMapping<TSource, TResult>(IAsyncEnumerable<TSource> source, int limit, Func<TSource, Task<TResult>> body, string file, int line)
    : Mapping<TSource, TResult>(source, limit, body, file, line), IStartObserver, IWaitOwner
{
    private static readonly CoprocessOptions Transient = new() { IsTransient = true };

    private readonly Lock _gate = new();
    private readonly Queue<TResult> _results = new();
    private readonly List<TResult> _leftovers = [];
    private WaitQueue _waits;
    private Coprocess? _coprocess;
    private CoprocessState? _end;
    private Exception? _error;

    /// <summary>Begins, in the scope of the caller, whose coprocess gets a child that does not keep it: an enumerator that is left behind holds nobody up.</summary>
    public void Start()
    {
        var scope = CancelScope.Current;
        _coprocess = new ActionCoprocess(() => Nursery.RunAsync(TakeAllAsync), nameof(Flow.MapUnorderedAsync), Transient, File, Line, CoprocessScheduler.Current) { Starter = this };
        var group = Coprocess.Current?.EnsureGroup() ?? _coprocess.Scheduler.Roots.Group!;
        _coprocess.StartUnder(group, scope ?? group.Scope);
    }

    /// <summary>Waits until there is a result; false at the end, where the errors of the work come out.</summary>
    public async ValueTask<bool> HasNextAsync(CancellationToken cancellationToken)
    {
        await ChangeAsync(cancellationToken);
        lock (_gate)
        {
            if (_results.Count > 0) return true;
            if (_end == CoprocessState.Completed) return false;
            var error = _error;
            _error = null;
            // What is no failure is a cancel: of the coprocess or scope that began the enumeration, while another one goes on with it.
            throw _end == CoprocessState.Failed && error is not null ? error : new CoprocessCanceledException(_coprocess!, null, error);
        }
    }

    /// <summary>Takes the result that there is, and frees its place.</summary>
    public TResult TakeNext()
    {
        TResult result;
        lock (_gate) result = _results.Dequeue();
        Places.Release();
        return result;
    }

    /// <summary>Ends the work, and waits for that whatever is cancelled.</summary>
    public async ValueTask StopAsync()
    {
        _coprocess!.Scope.CancelAs(CancelKind.NoLongerNeeded, null, null);
        await CancelScope.ShieldAsync(async () => await _coprocess.WaitForEndAsync());
        await Leftovers.DisposeAsync(_results.Concat(_leftovers));
        // Not thrown: it would hide what the consumer left the loop for.
        if (_end == CoprocessState.Failed && _error is not null) Coprocess.ReportUnhandled(_coprocess, _coprocess.Scheduler, _error);
    }

    public override void Add(int index, TResult result)
    {
        Wait? wait;
        lock (_gate)
        {
            _results.Enqueue(result);
            _waits.TryClaim(out wait);
        }

        ((Wait<bool>?)wait)?.Complete(true);
    }

    public override void AddLeftover(TResult result)
    {
        lock (_gate) _leftovers.Add(result);
    }

    bool IStartObserver.OnEnded(CoprocessState state, Exception? error)
    {
        Wait? wait;
        lock (_gate)
        {
            _end = state;
            _error = error;
            _waits.TryClaim(out wait);
        }

        ((Wait<bool>?)wait)?.Complete(true);
        return true;
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    private ValueTask ChangeAsync(CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_results.Count > 0 || _end is not null) return default;
            return _waits.Enter<bool>(this, scope, cancellationToken).UntypedTask;
        }
    }
}
