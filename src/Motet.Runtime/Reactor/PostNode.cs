namespace Motet.Runtime;

/// <summary>A callback on its way from another thread to a loop.</summary>
internal sealed class PostNode
{
    public PostNode? Next;
    public WorkItem Item;
}
