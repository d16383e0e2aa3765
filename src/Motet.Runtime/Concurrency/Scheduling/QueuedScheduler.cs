namespace Motet.Runtime;

/// <summary>A scheduler over something that runs work items in any order and in parallel.</summary>
internal abstract class QueuedScheduler : CoprocessScheduler
{
    public override TimeProvider TimeProvider => TimeProvider.System;

    protected internal sealed override void Enqueue(CoprocessStep step) => ((QueuedContext)step.Key).Add(step.Item);

    protected internal sealed override TimerId SetTimer(long timestamp, ITimerHandler handler) => PoolTimers.Set(timestamp, handler);

    protected internal sealed override void CancelTimer(TimerId id) => PoolTimers.Cancel(id);

    internal sealed override CoprocessContext CreateContext(Coprocess coprocess) => new QueuedContext(this, coprocess);

    internal sealed override void Enqueue(CoprocessContext context, Delegate callback, object? state) => ((QueuedContext)context).Add(new WorkItem(callback, state, context));

    /// <summary>Has the context executed soon.</summary>
    internal abstract void Submit(QueuedContext context);
}
