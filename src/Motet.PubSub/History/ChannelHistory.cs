namespace Motet.PubSub;

/// <summary>What one channel remembers. Under the lock of the hub's histories.</summary>
internal sealed class ChannelHistory(string channel, HistoryOptions options, long floor)
{
    // The objects around the bytes of a publication, about.
    private const int Overhead = 200;

    private readonly Queue<(Publication Publication, long Time)> _publications = new();
    private long _bytes;
    private long _newestTime;

    public string Channel { get; } = channel;

    /// <summary>Its place among all, by the last publication.</summary>
    public LinkedListNode<ChannelHistory>? Node { get; set; }

    /// <summary>The id of the newest publication; the floor when there was none.</summary>
    public long LastId { get; private set; } = floor;

    /// <summary>What came with this id or before it may have been forgotten.</summary>
    public long Floor { get; private set; } = floor;

    /// <summary>What it holds in memory, about.</summary>
    public long Size => _bytes + ((long)Overhead * (_publications.Count + 1));

    /// <summary>Whether nothing in it is young enough to be asked for.</summary>
    public bool IsExpired(long now) => IsOld(_newestTime, now);

    /// <summary>Adds a publication, which gets its id.</summary>
    public void Add(Publication publication, long now)
    {
        // Microseconds since 1970: larger than all of earlier runs, and still whole numbers in JavaScript.
        publication.Id = LastId = Math.Max(LastId + 1, now / TimeSpan.TicksPerMicrosecond);
        _newestTime = now;
        var kept = publication;
        // The history must not keep a client alive.
        if (publication.Except is not null) kept = new Publication(Channel, publication) { Id = publication.Id };
        _publications.Enqueue((kept, now));
        _bytes += publication.Length;
        Trim(now);
    }

    /// <summary>What came after an id.</summary>
    public Publication[] Recall(long since, long now)
    {
        Trim(now);
        return [.. _publications.Select(kept => kept.Publication).Where(publication => publication.Id > since)];
    }

    private void Trim(long now)
    {
        while (_publications.TryPeek(out var oldest) && (_publications.Count > options.MaxMessages || _bytes > options.MaxBytes || IsOld(oldest.Time, now)))
        {
            _publications.Dequeue();
            _bytes -= oldest.Publication.Length;
            Floor = oldest.Publication.Id;
        }
    }

    private bool IsOld(long time, long now) => options.MaxAge != Timeout.InfiniteTimeSpan && now - time > options.MaxAge.Ticks;
}
