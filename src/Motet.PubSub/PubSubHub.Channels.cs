using System.Collections.Concurrent;
using System.Text;

namespace Motet.PubSub;

/// <summary>The names that somebody is subscribed to: changed under one lock, found without.</summary>
public sealed partial class PubSubHub
{
    private readonly Lock _registry = new();
    private readonly ConcurrentDictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Channel> _patterns = new(StringComparer.Ordinal);
    private readonly PatternIndex<Channel> _patternIndex = new();

    // Where patterns are gathered before their number is known.
    [ThreadStatic]
    private static List<Channel>? _matches;

    /// <summary>
    /// The place of a name on a loop. The caller goes on with <see cref="TellEngines"/>. From another thread than the loop's it has to be an announcement, which keeps the place until the loop knows.
    /// </summary>
    internal LoopChannel FindOrCreate(string name, bool isPattern, PubSubLoop loop, bool isAnnouncement = false)
    {
        // Nobody but the loop itself takes its places away.
        if (!isAnnouncement && FindChannel(name, isPattern)?.Find(loop) is { } found) return found;
        lock (_registry)
        {
            var channel = FindChannel(name, isPattern) ?? Create(name, isPattern);
            var local = channel.Find(loop);
            if (local is null) channel.Add(local = new LoopChannel(channel, loop));
            if (isAnnouncement) local.Announced++;
            return local;
        }
    }

    /// <summary>The loop knows what was announced, and releases the place if it is not used.</summary>
    internal void EndAnnouncement(LoopChannel local)
    {
        lock (_registry) local.Announced--;
    }

    /// <summary>Nobody on the loop is subscribed any more. Loop only.</summary>
    internal void Release(LoopChannel local)
    {
        lock (_registry)
        {
            var channel = local.Channel;
            if (local.Announced > 0 || channel.Find(local.Loop) != local) return;
            channel.Remove(local);
            if (channel.First is null) Destroy(channel);
        }

        TellEngines();
    }

    private Channel? FindChannel(string name, bool isPattern) => (isPattern ? _patterns : _channels).GetValueOrDefault(name);

    private Channel Create(string name, bool isPattern)
    {
        var channel = new Channel(name, isPattern);
        if (isPattern)
        {
            _patterns[name] = channel;
            _patternIndex.Add(channel.CreateEntry());
        }
        else
        {
            _channels[name] = channel;
        }

        QueueForEngines(EngineCallKind.Subscribe, channel);
        return channel;
    }

    private void Destroy(Channel channel)
    {
        QueueForEngines(EngineCallKind.Unsubscribe, channel);
        if (channel.Entry is { } entry)
        {
            _patternIndex.Remove(entry);
            _patterns.TryRemove(channel.Name, out _);
        }
        else
        {
            _channels.TryRemove(channel.Name, out _);
        }
    }

    private Channel[]? FindPatterns(string name)
    {
        if (_patternIndex.IsEmpty) return null;
        const int MaxStackBytes = 3 * 1024;
        var longest = Encoding.UTF8.GetMaxByteCount(name.Length);
        var bytes = longest <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[longest];
        var matches = _matches ??= [];
        _patternIndex.Match(bytes[..Encoding.UTF8.GetBytes(name, bytes)], matches);
        if (matches.Count == 0) return null;
        Channel[] found = [.. matches];
        matches.Clear();
        return found;
    }
}
