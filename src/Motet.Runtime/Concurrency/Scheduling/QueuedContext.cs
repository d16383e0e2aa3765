namespace Motet.Runtime;

/// <summary>The context of a coprocess on a scheduler with more than one thread: it keeps its own queue, so that steps never overlap.</summary>
internal sealed class QueuedContext(QueuedScheduler scheduler, Coprocess coprocess) : CoprocessContext(scheduler, coprocess), IThreadPoolWorkItem
{
    // Steps of one coprocess in a row, before others on the pool have their turn.
    private const int StepsPerTurn = 32;

    // Nearly always a coprocess waits for one thing, so the queue is rarely made.
    private WorkItem _first;
    private Queue<WorkItem>? _more;
    private bool _isQueued;

    public void Add(WorkItem item)
    {
        lock (this)
        {
            if (_first.Callback is null && _more is not { Count: > 0 }) _first = item;
            else (_more ??= new Queue<WorkItem>()).Enqueue(item);
            if (_isQueued) return;
            _isQueued = true;
        }

        scheduler.Submit(this);
    }

    public void Execute()
    {
        for (var left = StepsPerTurn; left > 0; left--)
        {
            WorkItem item;
            lock (this)
            {
                if (!TryTake(out item))
                {
                    _isQueued = false;
                    return;
                }
            }

            Run(in item);
        }

        scheduler.Submit(this);
    }

    private bool TryTake(out WorkItem item)
    {
        item = _first;
        if (item.Callback is not null)
        {
            _first = default;
            return true;
        }

        return _more is not null && _more.TryDequeue(out item);
    }
}
