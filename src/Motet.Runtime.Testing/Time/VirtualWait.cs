namespace Motet.Runtime.Testing;

/// <summary>A wait of a test for its clock; ended by the clock, by the scope around it or by a token.</summary>
internal sealed class VirtualWait : ICancelHandler, ITimerHandler
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void End() => _source.TrySetResult();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        CancelRegistration registration = default;
        if (CancelScope.Current?.TryRegister(this, out registration) == false) CancelScope.ThrowIfCanceled();
        try
        {
            await using (cancellationToken.UnsafeRegister(static (wait, token) => ((VirtualWait)wait!)._source.TrySetCanceled(token), this)) await _source.Task;
        }
        finally
        {
            registration.Unregister();
        }
    }

    void ICancelHandler.OnCanceled(CancelRegistration registration, ScopeCanceledException exception) => _source.TrySetException(exception);

    void ITimerHandler.OnTimer(TimerId id) => End();
}
