using System.Diagnostics.CodeAnalysis;

namespace Motet.Runtime.Testing;

/// <summary>
/// What can run, and which comes next: the first that came or, with a source of random numbers, any, except that items with the same key keep their order. Under the lock of its scheduler.
/// </summary>
internal sealed class ReadyQueue(Random? random)
{
    private readonly Queue<ReadyItem> _inOrder = new();
    private readonly Dictionary<object, Queue<ReadyItem>> _lanes = new(ReferenceEqualityComparer.Instance);
    private readonly List<Queue<ReadyItem>> _choices = [];

    public bool IsEmpty => _inOrder.Count == 0 && _choices.Count == 0;

    public void Add(ReadyItem item)
    {
        if (random is null)
        {
            _inOrder.Enqueue(item);
            return;
        }

        if (!_lanes.TryGetValue(item.Key, out var lane))
        {
            _lanes[item.Key] = lane = new Queue<ReadyItem>(1);
            _choices.Add(lane);
        }

        lane.Enqueue(item);
    }

    public bool TryTake([MaybeNullWhen(false)] out ReadyItem item)
    {
        if (random is null) return _inOrder.TryDequeue(out item);
        if (_choices.Count == 0)
        {
            item = default;
            return false;
        }

        var index = random.Next(_choices.Count);
        var lane = _choices[index];
        item = lane.Dequeue();
        if (lane.Count > 0) return true;
        _lanes.Remove(item.Key);
        _choices[index] = _choices[^1];
        _choices.RemoveAt(_choices.Count - 1);
        return true;
    }
}
