namespace Motet.Runtime.Testing;

/// <summary>A wait that ends by a call or a timer, with the scope around it or with a token: whichever comes first.</summary>
internal sealed class ScopedWait : ICancelHandler, ITimerHandler
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void End() => _source.TrySetResult();

    public void Fail(Exception error) => _source.TrySetException(error);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        CancelRegistration registration = default;
        if (CancelScope.Current?.TryRegister(this, out registration) == false) CancelScope.ThrowIfCanceled();
        try
        {
            await using (cancellationToken.UnsafeRegister(static (wait, token) => ((ScopedWait)wait!)._source.TrySetCanceled(token), this)) await _source.Task;
        }
        finally
        {
            registration.Unregister();
        }
    }

    void ICancelHandler.OnCanceled(CancelRegistration registration, ScopeCanceledException exception) => Fail(exception);

    void ITimerHandler.OnTimer(TimerId id) => End();
}
