namespace Motet.Polling;

/// <summary>When a readiness is reported again.</summary>
public enum TriggerMode : byte
{
    /// <summary>
    /// Reported when it begins, and again when more happens. Read or write until the call would block, otherwise nothing more may come.
    /// <see cref="Registrar.Reregister"/> arms it again: what is ready then is reported anew. An engine that knows no edges (poll) may repeat a report
    /// that nobody acted on; none leaves one out.
    /// </summary>
    Edge,

    /// <summary>Reported by each wait for as long as it lasts.</summary>
    Level,

    /// <summary>Reported once, then the registration is silent until <see cref="Registrar.Reregister"/> arms it. It stays registered.</summary>
    OneShot,
}
