using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>Coprocesses of which the first few that succeed count; the others are ended.</summary>
/// <param name="contenders">What they run.</param>
/// <param name="needed">How many have to succeed.</param>
/// <param name="failureDecides">Whether one that fails decides the contest as well.</param>
internal sealed class Contest<T>(Func<Task<T>>[] contenders, int needed, bool failureDecides, string file, int line)
{
    private readonly Lock _gate = new();
    private readonly CancelScope _scope = new();
    private readonly List<Exception> _errors = [];
    private readonly List<T> _leftovers = [];
    private List<T> _values = [];
    private bool _isDecided;

    // Whoever starts the contenders waits for a failure to start the next one for.
    private readonly AsyncSemaphore _failures = new(0);

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

    /// <summary>One has ended, with all its children; its error goes nowhere else.</summary>
    public void OnEnded(Coprocess<T> contender, CoprocessState state, Exception? error)
    {
        bool isOver;
        lock (_gate)
        {
            var hasValue = state is CoprocessState.Completed or CoprocessState.Interrupted;
            if (hasValue && !_isDecided) _values.Add(contender.Result);
            else _leftovers.Add(contender.Result);
            if (_isDecided) return;

            if (state == CoprocessState.Failed) _errors.Add(error!);
            _isDecided = _values.Count == needed || (failureDecides && _errors.Count > 0);
            isOver = _isDecided || _errors.Count > contenders.Length - needed;
        }

        if (isOver) _scope.CancelAs(CancelKind.NoLongerNeeded, null, null);
        if (state == CoprocessState.Failed) _failures.Release();
    }

    private async Task StartAsync(Nursery nursery, TimeSpan delay)
    {
        for (var index = 0; index < contenders.Length && !_scope.IsCanceled; index++)
        {
            if (index > 0 && delay != TimeSpan.Zero) await CancelScope.MoveOnAfterAsync(delay, async _ => await _failures.AcquireAsync());
            _ = new Contender<T>(this, contenders[index], nursery, file, line);
        }
    }
}
