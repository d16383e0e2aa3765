namespace Motet.Runtime;

/// <summary>Coprocesses on an event loop: steps go through its queue, deadlines are on its wheel.</summary>
internal sealed class LoopScheduler(EventLoop loop) : CoprocessScheduler
{
    public EventLoop Loop => loop;

    public override TimeProvider TimeProvider => loop.TimeProvider;

    internal override CoprocessScheduler ForTimers => loop.IsCurrent ? this : PoolScheduler.Instance;

    internal override CoprocessScheduler ForSharedTimers => PoolScheduler.Instance;

    protected internal override void Enqueue(CoprocessStep step) => loop.Enqueue(step.Item);

    internal override void Enqueue(CoprocessContext context, Delegate callback, object? state) => loop.Enqueue(new WorkItem(callback, state, context));

    protected internal override TimerId SetTimer(long timestamp, ITimerHandler handler) => loop.SetTimerAt(timestamp, handler);

    protected internal override void CancelTimer(TimerId id)
    {
        if (loop.IsCurrent) loop.CancelTimer(id);
        else PostCancel(id);
    }

    protected internal override void OnUnhandledException(Coprocess coprocess, Exception exception)
    {
        if (loop.Options.Logger is null && loop.Options.UnhandledException is null) base.OnUnhandledException(coprocess, exception);
        loop.ReportUnhandled(exception, coprocess.DescribeFailure(exception));
    }

    // Apart: its closure would be allocated for every cancel.
    private void PostCancel(TimerId id) => loop.Post(() => CancelHere(id));

    public override string ToString() => $"event loop {loop.Name}";

    private void CancelHere(TimerId id)
    {
        // After the end of the loop posts run elsewhere, and its timers are gone.
        if (loop.IsCurrent) loop.CancelTimer(id);
    }
}
