using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Where the scheduler and the body tell what happens.</summary>
public abstract partial class Coprocess
{
    internal void OnScheduled()
    {
        if (_state == CoprocessState.Waiting) _state = CoprocessState.Runnable;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long BeginStep()
    {
        if (_state < CoprocessState.Ending) _state = CoprocessState.Running;
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndStep(long began)
    {
        _ = began;
        if (_state == CoprocessState.Running) _state = CoprocessState.Waiting;
    }

    private void SetState(CoprocessState state) => _state = state;

    private void OnSpawned()
    {
    }

    private void OnExited()
    {
    }
}
