namespace Motet.PubSub;

/// <summary>Work that was left for a loop.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Delivery">For <see cref="InboxItemKind.Deliver"/>.</param>
/// <param name="Subscription">For the others.</param>
internal readonly record struct InboxItem(InboxItemKind Kind, Delivery Delivery, Subscription? Subscription)
{
    // What a publication costs beside its bytes, about: the object, its message, its place in the queue.
    private const int Overhead = 200;

    /// <summary>What it holds in memory, about.</summary>
    public long Size => Kind == InboxItemKind.Deliver ? Delivery.Publication.Length + Overhead : 0;
}
