using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Coprocesses on somebody else's <see cref="SynchronizationContext"/>: a user interface's thread, a test framework's.</summary>
internal sealed class ForeignScheduler(SynchronizationContext context) : QueuedScheduler
{
    private static readonly ConditionalWeakTable<SynchronizationContext, ForeignScheduler> Schedulers = [];
    private static readonly SendOrPostCallback ExecuteCallback = static context => ((QueuedContext)context!).Execute();

    public static ForeignScheduler For(SynchronizationContext context) => Schedulers.GetValue(context, static context => new ForeignScheduler(context));

    public override string ToString() => $"synchronization context {context.GetType()}";

    internal override void Submit(QueuedContext queued) => context.Post(ExecuteCallback, queued);
}
