using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>Coprocesses of which the first few that succeed count; the others are ended.</summary>
/// <param name="contenders">What they run.</param>
/// <param name="needed">How many have to succeed.</param>
/// <param name="failureDecides">Whether one that fails decides the contest as well.</param>
internal sealed class Contest<T>(Func<Task<T>>[] contenders, int needed, bool failureDecides, string file, int line) : IWaitOwner
{
    private readonly Lock _gate = new();
    private readonly CancelScope _scope = new();
    private readonly List<Exception> _errors = [];
    private readonly List<T> _leftovers = [];
    private List<T> _values = [];
    private bool _isDecided;

    // Whoever starts the contenders waits for a failure to start the next one for.
    private WaitQueue _waits;
    private int _freshFailures;

    public async Task<T[]> RunAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        var error = await LinkedNursery.RunAsync(nursery => StartAsync(nursery, delay), _scope, cancellationToken);
        // All have ended. What was decided counts, also when the caller is cancelled: that is seen at the next operation.
        if (_isDecided && error is null or OperationCanceledException) error = failureDecides ? _errors.FirstOrDefault() : null;
        else error ??= _errors.Count > 0 ? new AggregateException(_errors) : _scope.Signal!.CreateException();

        if (error is not null)
        {
            _leftovers.AddRange(_values);
            _values = [];
        }

        await Leftovers.DisposeAsync(_leftovers);
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return [.. _values];
    }

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    /// <summary>One has ended, with all its children; its error goes nowhere else.</summary>
    public void OnEnded(Coprocess<T> contender, CoprocessState state, Exception? error)
    {
        Wait? wait = null;
        bool isOver;
        lock (_gate)
        {
            var hasValue = state is CoprocessState.Completed or CoprocessState.Interrupted;
            if (hasValue && !_isDecided) _values.Add(contender.Result);
            else _leftovers.Add(contender.Result);
            if (_isDecided) return;

            if (state == CoprocessState.Failed)
            {
                _errors.Add(error!);
                if (!_waits.TryClaim(out wait)) _freshFailures++;
            }

            _isDecided = _values.Count == needed || (failureDecides && _errors.Count > 0);
            isOver = _isDecided || _errors.Count > contenders.Length - needed;
        }

        if (isOver) _scope.CancelAs(CancelKind.NoLongerNeeded, null, null);
        ((Wait<bool>?)wait)?.Complete(true);
    }

    private async Task StartAsync(Nursery nursery, TimeSpan delay)
    {
        for (var index = 0; index < contenders.Length && !_scope.IsCanceled; index++)
        {
            if (index > 0 && delay != TimeSpan.Zero) await CancelScope.MoveOnAfterAsync(delay, async _ => await WaitForFailureAsync());
            _ = new Contender<T>(this, contenders[index], nursery, file, line);
        }
    }

    private ValueTask WaitForFailureAsync()
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, CancellationToken.None) is { } canceled) return ValueTask.FromException(canceled);
        lock (_gate)
        {
            if (_freshFailures > 0)
            {
                _freshFailures--;
                return default;
            }

            var wait = Wait<bool>.Rent(this);
            var task = wait.UntypedTask;
            if (wait.TryJoin(scope, CancellationToken.None)) _waits.Add(wait);
            return task;
        }
    }
}
