namespace Motet.Runtime;

/// <summary>Brings the continuations of <c>await</c> on a loop back to it.</summary>
internal sealed class LoopSynchronizationContext(EventLoop loop) : SynchronizationContext
{
    public EventLoop Loop => loop;

    public override void Post(SendOrPostCallback d, object? state) => loop.Enqueue(new WorkItem(d, state));

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (loop.IsCurrent)
        {
            d(state);
            return;
        }

        loop.InvokeAsync(() => d(state)).GetAwaiter().GetResult();
    }

    public override SynchronizationContext CreateCopy() => this;
}
