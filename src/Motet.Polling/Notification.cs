namespace Motet.Polling;

/// <summary>One event that <see cref="Poller.Wait"/> reports.</summary>
/// <param name="Token">The registration, timer or channel.</param>
/// <param name="Readiness">What it is ready for. Timers and channels say <see cref="Readiness.Readable"/>.</param>
public readonly record struct Notification(Token Token, Readiness Readiness);
