namespace Motet.PubSub;

/// <summary>Channels that remember.</summary>
public sealed partial class PubSubHub
{
    private readonly Histories _histories;

    /// <summary>While it is held nothing is published to channels that remember. Locks of loops and of the registry may be taken inside.</summary>
    internal Lock HistoryLock => _histories.Lock;

    /// <summary>What a channel had after an id, which becomes 0 if it was never given. Under <see cref="HistoryLock"/>.</summary>
    internal Publication[] Recall(string channel, ref long since, out bool isComplete) => _histories.Recall(channel, ref since, out isComplete);

    /// <summary>
    /// All loops get what one channel remembers in the order of the ids: they are given, and the publication left for each loop, under one lock. So this loop's subscribers do not get it directly either.
    /// </summary>
    private void DeliverAndKeep(Publication publication, HistoryOptions history)
    {
        var current = PubSubLoop.Current(this);
        if (publication.Id != 0) publication = new Publication(publication.Channel, publication) { Except = publication.Except };
        lock (HistoryLock)
        {
            _histories.Add(publication, history);
            if (FindSubscribers(publication) is { } delivery)
            {
                var isHere = delivery.Patterns is null ? LeaveForLoops(delivery.Channel!, in delivery, current) : LeaveForLoopsOfPatterns(in delivery, current);
                if (isHere) current!.LeaveHere(in delivery);
            }
        }

        current?.CatchUp();
    }
}
