using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Motet.Runtime;

/// <summary>
/// The way into a loop from other threads: any number of threads push, one takes. Lock-free; what one thread pushed comes out in its order.
/// </summary>
/// <remarks>
/// A linked queue with one exchange a push (D. Vyukov's intrusive MPSC queue). Nodes go round: the taker offers its used nodes as one chain
/// in one place, and a thread without nodes of its own takes that chain as a whole, which leaves no room for an ABA problem. A steady stream
/// of posts allocates nothing.
/// </remarks>
internal sealed class PostQueue
{
    // Nodes kept by the taker, by the place in the middle and by each posting thread at most: 40 bytes each.
    private const int MaxChain = 256;

    // Over all queues: a node carries nothing of the queue it was used in.
    [ThreadStatic]
    private static PostNode? _ownNodes;

    private Shared _shared;
    private PostNode _head = new();
    private PostNode? _used;
    private int _usedCount;

    public PostQueue() => _shared.Tail = _head;

    /// <summary>
    /// Whether all that was pushed has been taken. Taker only. False as soon as a push has begun, so a taker that finds it true and then sleeps
    /// is seen asleep by the next push.
    /// </summary>
    public bool IsEmpty => Volatile.Read(ref _shared.Tail) == _head;

    /// <summary>Any thread. A full fence: what the caller reads next is not older than the push.</summary>
    public void Push(WorkItem item)
    {
        var node = _ownNodes ?? TakeNodes();
        _ownNodes = node.Next;
        node.Next = null;
        node.Item = item;
        var previous = Interlocked.Exchange(ref _shared.Tail, node);
        Volatile.Write(ref previous.Next, node);
    }

    /// <summary>
    /// The oldest item, taken by one thread at a time. False when there is none, or when the thread that pushed it is between its two steps.
    /// </summary>
    public bool TryTake(out WorkItem item)
    {
        var head = _head;
        var next = Volatile.Read(ref head.Next);
        if (next is null)
        {
            item = default;
            return false;
        }

        item = next.Item;
        next.Item = default;
        _head = next;
        Recycle(head);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PostNode TakeNodes() => Interlocked.Exchange(ref _shared.Returned, null) ?? new PostNode();

    private void Recycle(PostNode node)
    {
        if (_usedCount < MaxChain)
        {
            node.Next = _used;
            _used = node;
            _usedCount++;
        }

        // Only the taker fills the place, so a plain look is enough.
        if (Volatile.Read(ref _shared.Returned) is null)
        {
            Volatile.Write(ref _shared.Returned, _used);
            _used = null;
            _usedCount = 0;
        }
    }

    // The words that several processors write, away from everything else: 128 bytes, as processors fetch lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        [FieldOffset(128)]
        public PostNode Tail;

        [FieldOffset(256)]
        public PostNode? Returned;
    }
}
