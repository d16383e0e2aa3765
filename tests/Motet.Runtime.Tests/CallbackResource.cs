using Motet.Polling;

namespace Motet.Runtime.Tests;

internal sealed class CallbackResource(Action<CallbackResource, Readiness> onReady) : LoopResource
{
    public Action<CallbackResource>? Stopping { get; init; }

    protected internal override void OnReady(Readiness readiness) => onReady(this, readiness);

    protected internal override void OnLoopStopping() => Stopping?.Invoke(this);
}
