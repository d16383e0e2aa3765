namespace Motet.Runtime;

/// <summary>What a cancel scope calls when it is cancelled; see <see cref="CancelScope.TryRegister"/>.</summary>
public interface ICancelHandler
{
    /// <summary>
    /// The scope is cancelled. Called once, by whoever cancelled it, on any thread; it must be quick.
    /// </summary>
    /// <param name="registration">What <see cref="CancelScope.TryRegister"/> returned: tells one registration of the same object from another.</param>
    /// <param name="exception">What the operation ends with.</param>
    void OnCanceled(CancelRegistration registration, ScopeCanceledException exception);
}
