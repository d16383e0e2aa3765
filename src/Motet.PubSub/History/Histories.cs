using System.Text;

namespace Motet.PubSub;

/// <summary>The histories of a hub's channels, and their common limit. All but <see cref="Find"/> under <see cref="Lock"/>.</summary>
internal sealed class Histories
{
    private readonly PubSubOptions _options;
    private readonly (HistoryOptions Options, GlobPattern? Pattern)[] _rules;
    private readonly Dictionary<string, ChannelHistory> _histories = new(StringComparer.Ordinal);

    // Those that were not published to for the longest time come first.
    private readonly LinkedList<ChannelHistory> _order = new();
    private long _size;

    // What came with this id or before it is not known of channels without a history: it was in an earlier run, or forgotten.
    private long _floor;

    public Histories(PubSubOptions options)
    {
        _options = options;
        _rules = [.. options.History.Select(rule => (rule, rule.IsPattern ? new GlobPattern(rule.Channel) : null))];
        _floor = Now / TimeSpan.TicksPerMicrosecond;
    }

    public Lock Lock { get; } = new();

    /// <summary>Whether no channel ever remembers anything. Any thread.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>How many channels remember something. Any thread.</summary>
    public int Count
    {
        get
        {
            lock (Lock) return _histories.Count;
        }
    }

    private long Now => _options.TimeProvider.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks;

    /// <summary>What the channel remembers; null when nothing. Any thread.</summary>
    public HistoryOptions? Find(string channel) => IsEmpty ? null : FindRule(channel);

    /// <summary>Adds a publication, which gets its id.</summary>
    public void Add(Publication publication, HistoryOptions options)
    {
        var now = Now;
        if (!_histories.TryGetValue(publication.Channel, out var history))
        {
            history = new ChannelHistory(publication.Channel, options, _floor);
            history.Node = _order.AddLast(history);
            _histories.Add(history.Channel, history);
            _size += history.Size;
        }
        else if (_order.Last != history.Node)
        {
            _order.Remove(history.Node!);
            _order.AddLast(history.Node!);
        }

        _size -= history.Size;
        history.Add(publication, now);
        _size += history.Size;
        while (_order.First!.Value is var first && first != history && (_size > _options.MaxHistoryBytes || first.IsExpired(now))) Forget(first);
    }

    /// <summary>What came after an id, and whether that is all. An id that was never given becomes 0.</summary>
    public Publication[] Recall(string channel, ref long since, out bool isComplete)
    {
        if (!_histories.TryGetValue(channel, out var history))
        {
            isComplete = since == 0 || (Find(channel) is not null && since >= _floor);
            // Ids to come are above the floor.
            if (since > _floor) since = 0;
            return [];
        }

        // An id that was never given, after the clock went back: whoever has it has to begin anew.
        var isKnown = since <= history.LastId;
        var isNew = since == 0;
        if (!isKnown) since = 0;
        _size -= history.Size;
        var missed = history.Recall(since, Now);
        _size += history.Size;
        isComplete = isNew || (isKnown && since >= history.Floor);
        return missed;
    }

    private void Forget(ChannelHistory history)
    {
        _order.Remove(history.Node!);
        _histories.Remove(history.Channel);
        _size -= history.Size;
        _floor = Math.Max(_floor, history.LastId);
    }

    private HistoryOptions? FindRule(string channel)
    {
        byte[]? name = null;
        foreach (var (options, pattern) in _rules)
        {
            if (pattern is null ? options.Channel == channel : pattern.IsMatch(name ??= Encoding.UTF8.GetBytes(channel))) return options;
        }

        return null;
    }
}
