namespace Motet.PubSub;

/// <summary>What is counted.</summary>
public sealed partial class PubSubHub
{
    private long _deliveriesOfEndedLoops;
    private long _publicationsOfEndedLoops;
    private long _dropped;
    private long _slowConsumersClosed;
    private long _engineFailures;

    /// <summary>What the hub has done and holds.</summary>
    public PubSubStatistics GetStatistics()
    {
        var publications = Interlocked.Read(ref _publicationsElsewhere) + Interlocked.Read(ref _publicationsOfEndedLoops);
        var deliveries = Interlocked.Read(ref _deliveriesOfEndedLoops);
        foreach (var (_, loop) in _loops)
        {
            publications += loop.Publications;
            deliveries += loop.Deliveries;
        }

        return new PubSubStatistics(
            publications,
            deliveries,
            Interlocked.Read(ref _dropped),
            Interlocked.Read(ref _slowConsumersClosed),
            Interlocked.Read(ref _engineFailures),
            _channels.Count,
            _patterns.Count,
            _histories.Count);
    }

    /// <summary>The loop has ended.</summary>
    internal void Forget(PubSubLoop loop)
    {
        if (!_loops.TryRemove(KeyValuePair.Create(loop.EventLoop, loop))) return;
        Interlocked.Add(ref _publicationsOfEndedLoops, loop.Publications);
        Interlocked.Add(ref _deliveriesOfEndedLoops, loop.Deliveries);
    }

    internal void CountDropped(DropReason reason, int count = 1)
    {
        Interlocked.Add(ref _dropped, count);
        PubSubMetrics.Dropped(reason, count);
    }

    internal void CountClosed() => Interlocked.Increment(ref _slowConsumersClosed);
}
