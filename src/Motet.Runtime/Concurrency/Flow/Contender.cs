namespace Motet.Runtime;

/// <summary>One of those in a contest.</summary>
internal sealed class Contender<T> : IStartObserver
{
    private readonly Contest<T> _contest;
    private readonly Coprocess<T> _coprocess;

    public Contender(Contest<T> contest, Func<Task<T>> body, Nursery nursery, string file, int line)
    {
        _contest = contest;
        _coprocess = new Coprocess<T>(body, null, null, file, line, nursery.Scope.Scheduler) { Starter = this };
        _coprocess.StartUnder(nursery.Scope.Group!);
    }

    bool IStartObserver.OnEnded(CoprocessState state, Exception? error)
    {
        _contest.OnEnded(_coprocess, state, error);
        return true;
    }
}
