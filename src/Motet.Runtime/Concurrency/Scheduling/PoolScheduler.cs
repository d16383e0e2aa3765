namespace Motet.Runtime;

/// <summary>Coprocesses on the thread pool.</summary>
internal sealed class PoolScheduler : QueuedScheduler
{
    public static readonly PoolScheduler Instance = new();

    public override string ToString() => "thread pool";

    internal override void Submit(QueuedContext context) => System.Threading.ThreadPool.UnsafeQueueUserWorkItem(context, preferLocal: true);
}
