namespace Motet.Runtime;

/// <summary>The work for one item.</summary>
internal sealed class MappedItem<TSource, TResult> : IStartObserver
{
    private readonly Mapping<TSource, TResult> _mapping;
    private readonly int _index;
    private readonly Coprocess<TResult> _coprocess;

    public MappedItem(Mapping<TSource, TResult> mapping, int index, Func<Task<TResult>> body, string name, Nursery nursery, string file, int line)
    {
        _mapping = mapping;
        _index = index;
        _coprocess = new Coprocess<TResult>(body, name, null, file, line, nursery.Scope.Scheduler) { Starter = this };
        _coprocess.StartUnder(nursery.Scope.Group!);
    }

    bool IStartObserver.OnEnded(CoprocessState state, Exception? error)
    {
        if (state is CoprocessState.Completed or CoprocessState.Interrupted)
        {
            _mapping.Add(_index, _coprocess.Result);
            return true;
        }

        _mapping.AddLeftover(_coprocess.Result);
        // The nursery's, which cancels the rest for it.
        return false;
    }
}
