namespace Motet.Runtime;

/// <summary>Reports of one type.</summary>
internal sealed class OffloadProgress<T>(Action<T> handler) : OffloadProgress, IProgress<T>
{
    // A burst that a caller which keeps up has to take, and a bound for one that does not.
    private const int Capacity = 1024;

    // A monitor: the work waits on it.
    private readonly object _gate = new();
    private readonly Queue<T> _reports = new();
    private OffloadedWork? _work;

    public void Report(T value)
    {
        OffloadedWork? work;
        lock (_gate)
        {
            while (_work is not null && _reports.Count >= Capacity) Monitor.Wait(_gate);
            work = _work;
            if (work is null) return;
            _reports.Enqueue(value);
        }

        work.OnProgress();
    }

    public override void Open(OffloadedWork work)
    {
        lock (_gate) _work = work;
    }

    public override void Handle()
    {
        while (TryTake(out var report)) handler(report);
    }

    public override void Close()
    {
        lock (_gate)
        {
            _work = null;
            _reports.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    private bool TryTake(out T report)
    {
        lock (_gate)
        {
            if (!_reports.TryDequeue(out report!)) return false;
            if (_reports.Count == Capacity - 1) Monitor.PulseAll(_gate);
            return true;
        }
    }
}
