using System.Collections.Concurrent;

namespace Motet.PubSub;

/// <summary>
/// Finds the patterns that match a name by their literal prefix: one look-up for each length that some prefix has, then only patterns that begin as the name does. Any thread; readers take no lock.
/// </summary>
internal sealed class PatternIndex<T>
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<byte[], PatternBucket<T>> _buckets = new(BytesComparer.Instance);
    private readonly ConcurrentDictionary<byte[], PatternBucket<T>>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly SortedDictionary<int, int> _bucketsOfLength = [];
    private int[] _lengths = [];

    public PatternIndex() => _lookup = _buckets.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => Volatile.Read(ref _lengths).Length == 0;

    public void Add(PatternEntry<T> entry)
    {
        var prefix = entry.Pattern.Prefix;
        lock (_lock)
        {
            if (_buckets.TryGetValue(prefix, out var bucket))
            {
                bucket.Add(entry);
                return;
            }

            bucket = new PatternBucket<T>();
            bucket.Add(entry);
            _buckets[prefix] = bucket;
            var buckets = _bucketsOfLength.GetValueOrDefault(prefix.Length);
            _bucketsOfLength[prefix.Length] = buckets + 1;
            if (buckets == 0) Volatile.Write(ref _lengths, [.. _bucketsOfLength.Keys]);
        }
    }

    public void Remove(PatternEntry<T> entry)
    {
        var prefix = entry.Pattern.Prefix;
        lock (_lock)
        {
            var bucket = _buckets[prefix];
            bucket.Remove(entry);
            if (bucket.Count > 0) return;
            _buckets.TryRemove(prefix, out _);
            if (--_bucketsOfLength[prefix.Length] > 0) return;
            _bucketsOfLength.Remove(prefix.Length);
            Volatile.Write(ref _lengths, [.. _bucketsOfLength.Keys]);
        }
    }

    /// <summary>Adds to <paramref name="matches"/> what stands for the patterns that match.</summary>
    /// <param name="name">The UTF-8 bytes of the name.</param>
    /// <param name="matches">In no particular order.</param>
    public void Match(ReadOnlySpan<byte> name, List<T> matches)
    {
        foreach (var length in Volatile.Read(ref _lengths))
        {
            if (length > name.Length) return;
            if (!_lookup.TryGetValue(name[..length], out var bucket)) continue;
            foreach (var entry in bucket.Entries)
            {
                if (entry is not null && entry.Pattern.IsMatchAfterPrefix(name)) matches.Add(entry.Value);
            }
        }
    }
}
