using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>A function or action on its way to a loop, and the task that waits for it.</summary>
internal sealed class LoopInvocation<T>(Delegate function)
    // The caller's continuation has no business on the loop unless its own context says so.
    : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), ICallbackSource
{
    public static readonly Action<object?> RunCallback = static state => ((LoopInvocation<T>)state!).Run();

    object ICallbackSource.Callback => function;

    private void Run()
    {
        T result = default!;
        try
        {
            if (function is Action action) action();
            else result = Unsafe.As<Func<T>>(function)();
        }
        catch (Exception exception)
        {
            SetException(exception);
            return;
        }

        SetResult(result);
    }
}
