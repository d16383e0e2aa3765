namespace Motet.Runtime;

/// <summary>A callback of <see cref="CancelScope.OnCancel"/>.</summary>
internal sealed class CancelCallback(CancelScope scope, Action callback) : ICancelHandler
{
    public void OnCanceled(CancelRegistration registration, ScopeCanceledException exception) => Call();

    public void Call()
    {
        try
        {
            callback();
        }
        catch (Exception exception)
        {
            scope.AddCleanupError(exception);
        }
    }
}
