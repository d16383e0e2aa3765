using System.Diagnostics.CodeAnalysis;

namespace Motet.Runtime;

/// <summary>The children of a supervisor in the order of their start. Any thread.</summary>
internal sealed class ChildList
{
    private readonly Lock _gate = new();
    private readonly LinkedList<SupervisedChild> _order = [];
    private readonly Dictionary<string, LinkedListNode<SupervisedChild>> _byId = [];

    public bool TryAdd(SupervisedChild child)
    {
        lock (_gate)
        {
            if (_byId.ContainsKey(child.Id)) return false;
            _byId.Add(child.Id, _order.AddLast(child));
            return true;
        }
    }

    public void Remove(SupervisedChild child)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(child.Id, out var node) || node.Value != child) return;
            _byId.Remove(child.Id);
            _order.Remove(node);
        }
    }

    public bool TryFind(string id, [NotNullWhen(true)] out SupervisedChild? child)
    {
        lock (_gate)
        {
            child = _byId.TryGetValue(id, out var node) ? node.Value : null;
            return child is not null;
        }
    }

    public SupervisedChild[] ToArray()
    {
        lock (_gate) return [.. _order];
    }

    /// <summary>This one and those after it.</summary>
    public SupervisedChild[] From(SupervisedChild first)
    {
        var found = new List<SupervisedChild>();
        lock (_gate)
        {
            for (var node = _byId[first.Id]; node is not null; node = node.Next) found.Add(node.Value);
        }

        return [.. found];
    }
}
