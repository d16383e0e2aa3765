using System.Text.Json;
using Motet.Net;
using Motet.PubSub;

namespace Chat;

/// <summary>A room: who is in it, and the channels to all of them. Used by all event loops at once.</summary>
internal sealed class Room(string name, PubSubHub hub)
{
    private const int MaxListed = 50;

    // Not from 1: a page that saw messages before a restart must not take new ones for those.
    private static long _lastId = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private readonly string _talk = Talk(name);
    private readonly string _door = $"door:{name}";
    private readonly Lock _lock = new();

    // Somebody with two windows is here twice, and listed once.
    private readonly SortedDictionary<string, int> _windows = new(StringComparer.Ordinal);

    public static string Talk(string name) => $"talk:{name}";

    /// <summary>From now on the client gets what is said here, after what was said since the event that it saw last.</summary>
    public void Enter(Client client, string name, long lastSeen)
    {
        hub.Subscribe(client, _talk, new SubscribeOptions { Since = lastSeen });
        hub.Subscribe(client, _door);
        lock (_lock)
        {
            var windows = _windows.GetValueOrDefault(name);
            if (name.Length > 0) _windows[name] = windows + 1;
            Announce(joined: name.Length > 0 && windows == 0 ? name : null);
        }
    }

    public void Leave(string name)
    {
        lock (_lock)
        {
            if (!_windows.TryGetValue(name, out var windows)) return;
            if (windows > 1) { _windows[name] = windows - 1; return; }
            _windows.Remove(name);
            Announce(left: name);
        }
    }

    /// <summary>Says what the JSON says, if it does.</summary>
    public bool Say(string name, ReadOnlySpan<byte> json)
    {
        if (Said.TryParse(Interlocked.Increment(ref _lastId), name, json) is not { } said) return false;
        hub.Publish(_talk, JsonSerializer.Serialize(said, ChatJson.Default.Said));
        return true;
    }

    private void Announce(string? joined = null, string? left = null)
    {
        var people = new People(Interlocked.Increment(ref _lastId), joined, left, [.. _windows.Keys.Take(MaxListed)], _windows.Count);
        hub.Publish(_door, JsonSerializer.Serialize(people, ChatJson.Default.People));
    }
}
