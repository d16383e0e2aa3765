using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// A posted callback: an <see cref="Action"/>, an <see cref="Action{T}"/> of object or a <see cref="SendOrPostCallback"/>; with a context it is a step of that
/// context's coprocess.
/// </summary>
internal struct WorkItem(Delegate callback, object? state, CoprocessContext? context = null)
{
    public Delegate Callback = callback;
    public object? State = state;
    public CoprocessContext? Context = context;

    public readonly void Invoke()
    {
        if (Context is null) InvokeCallback();
        else Context.Run(in this);
    }

    public readonly void InvokeCallback()
    {
        // Delegate types are sealed and these three are not variant for object, so the exact type decides: a compare
        // of the method table each, against a virtual call and an allocation for a wrapper.
        if (Callback.GetType() == typeof(SendOrPostCallback)) Unsafe.As<SendOrPostCallback>(Callback)(State);
        else if (Callback.GetType() == typeof(Action)) Unsafe.As<Action>(Callback)();
        else Unsafe.As<Action<object?>>(Callback)(State);
    }
}
