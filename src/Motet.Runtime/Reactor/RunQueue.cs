namespace Motet.Runtime;

/// <summary>The callbacks that the loop posted to itself, first in, first out, in a ring that grows. One thread.</summary>
internal sealed class RunQueue
{
    private WorkItem[] _items = new WorkItem[64];
    private int _head;

    public int Count { get; private set; }

    public void Enqueue(WorkItem item)
    {
        if (Count == _items.Length) Grow();
        _items[(_head + Count) & (_items.Length - 1)] = item;
        Count++;
    }

    public WorkItem Dequeue()
    {
        ref var place = ref _items[_head];
        var item = place;
        place = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    private void Grow()
    {
        var larger = new WorkItem[_items.Length * 2];
        var first = _items.Length - _head;
        Array.Copy(_items, _head, larger, 0, first);
        Array.Copy(_items, 0, larger, first, _head);
        _items = larger;
        _head = 0;
    }
}
