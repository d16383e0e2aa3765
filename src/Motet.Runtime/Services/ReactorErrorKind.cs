namespace Motet.Runtime;

/// <summary>What went wrong in a service, and so who has the resource now.</summary>
public enum ReactorErrorKind
{
    /// <summary>The resource could not be watched. It is not registered; it is the service's to close.</summary>
    RegistrationFailed,

    /// <summary>Accepting failed. The listener stays registered and tries again after a pause, so a full descriptor table does not spin.</summary>
    AcceptFailed,

    /// <summary>A read or write failed. The transport is unregistered; it is the service's to close.</summary>
    TransportFailed,

    /// <summary>A callback of the service let an exception escape. Nothing changed hands.</summary>
    CallbackFailed,
}
