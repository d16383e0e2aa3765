using Motet.Polling;

namespace Motet.Runtime;

/// <summary>A resource that brings new transports: a listening socket, or anything else that can be accepted from.</summary>
public abstract class ReactorListener : ReactorResource, ITimerHandler
{
    // Connections taken before others on the loop have their turn.
    private const int AcceptsPerTurn = 64;

    // The time for somebody to close a descriptor; short enough that a client in the backlog hardly notices.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private TimerId _retry;

    private protected sealed override Interest Interest => Interest.Readable;

    /// <summary>
    /// Takes one new connection. Loop only. What it throws is given to <see cref="ReactorService.OnError"/> as <see cref="ReactorErrorKind.AcceptFailed"/>, and accepting pauses
    /// for 100 ms.
    /// </summary>
    /// <returns>The transport, not yet registered, or null when there is none to be had without blocking.</returns>
    protected internal abstract ReactorTransport? Accept();

    /// <inheritdoc/>
    protected internal sealed override void OnReady(Readiness readiness)
    {
        if (_retry.IsNone) AcceptAll();
    }

    void ITimerHandler.OnTimer(TimerId id)
    {
        _retry = default;
        AcceptAll();
    }

    internal override void StopWatching()
    {
        if (!_retry.IsNone) Loop?.CancelTimer(_retry);
        _retry = default;
        base.StopWatching();
    }

    private void AcceptAll()
    {
        if (Service is not { } service) return;
        service.BeginTurn();
        var id = Id;
        for (var i = 0; i < AcceptsPerTurn; i++)
        {
            ReactorTransport? transport;
            try
            {
                transport = Accept();
            }
            catch (Exception exception)
            {
                _retry = service.Loop.SetTimer(PauseAfterFailure, this);
                service.Report(ReactorErrorKind.AcceptFailed, exception, this, id);
                return;
            }

            if (transport is null) return;
            service.CallAccepted(this, transport);
            if (Id != id) return;
        }

        Rearm();
    }
}
