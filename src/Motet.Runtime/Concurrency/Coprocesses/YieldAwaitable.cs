using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>What <see cref="Coprocess.YieldAsync"/> gives: is awaited at once.</summary>
public readonly struct YieldAwaitable : ICriticalNotifyCompletion
{
    private static readonly Action<object?> RunAction = static action => ((Action)action!)();

    /// <summary>Never: it always goes through the queue.</summary>
    public bool IsCompleted => false;

    /// <summary>For <c>await</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public YieldAwaitable GetAwaiter() => this;

    /// <summary>For <c>await</c>.</summary>
    /// <exception cref="ScopeCanceledException">The current scope was cancelled meanwhile.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void GetResult() => CancelScope.ThrowIfCanceled();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation)
    {
        var context = ExecutionContext.Capture();
        UnsafeOnCompleted(context is null ? continuation : () => ExecutionContext.Run(context, static action => ((Action)action!)(), continuation));
    }

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        switch (SynchronizationContext.Current)
        {
            case CoprocessContext coprocess:
                coprocess.Enqueue(continuation, null);
                break;
            case LoopSynchronizationContext loop:
                loop.Loop.Enqueue(new WorkItem(continuation, null));
                break;
            case { } other when other.GetType() != typeof(SynchronizationContext):
                other.Post(static action => ((Action)action!)(), continuation);
                break;
            default:
                ThreadPool.UnsafeQueueUserWorkItem(RunAction, continuation, preferLocal: false);
                break;
        }
    }
}
