using System.Diagnostics;
using Motet.Net;

namespace Motet.PubSub;

/// <summary>Runs the callbacks of a client's subscriptions as callbacks of the client, one after another; those whose turn has not come wait. Loop only.</summary>
internal sealed class WaitingCallbacks(Client client, PubSubHub hub)
{
    private static readonly Func<Client, object?, ValueTask> CallCallback = static (_, state) => ((WaitingCallbacks)state!).Call();

    private PublicationHandler? _callback;
    private Publication? _publication;
    private bool _isFirst;
    private bool _isScheduled;
    private bool _isRunning;

    public WaitingPublications Waiting { get; } = new(hub, mayClose: true);

    /// <summary>Calls the callback now if that is possible.</summary>
    public bool TryCall(Subscription subscription, Publication publication)
    {
        if (!Waiting.IsClosed && subscription.Local.Loop.MayCall && !Waiting.TryPeek(out _, out _) && TryRun(subscription, publication, isFirst: false)) return true;
        RunLater();
        return false;
    }

    /// <summary>Calls those that wait, until one takes time.</summary>
    public void Run()
    {
        // Each callback frees the client when it is done; the loop here is enough.
        if (_isRunning) return;
        _isRunning = true;
        var left = PubSubLoop.MaxInARow;
        while (Waiting.TryPeek(out var subscription, out var publication) && left > 0 && TryRun(subscription, publication, isFirst: true)) left--;
        _isRunning = false;

        // Callbacks that publish to one another would go on for ever here.
        if (left == 0) RunLater();
    }

    private bool TryRun(Subscription subscription, Publication publication, bool isFirst)
    {
        _isFirst = isFirst;
        _callback = subscription.Details!.Callback;
        _publication = publication;
        return client.TryInvoke(CallCallback, this);
    }

    /// <summary>A callback that returns before its first wait tells nobody that the client is free again.</summary>
    private void RunLater()
    {
        if (_isScheduled) return;
        _isScheduled = true;
        client.EventLoop.Post(
            static state =>
            {
                var waiting = (WaitingCallbacks)state!;
                waiting._isScheduled = false;
                waiting.Run();
            },
            this);
    }

    private ValueTask Call()
    {
        var (callback, publication) = (_callback, _publication);
        Debug.Assert(callback is not null && publication is not null, "It is called at once.");
        _callback = null;
        _publication = null;
        // Before the callback, which may change what waits.
        if (_isFirst) Waiting.RemoveFirst();
        // Who invokes this puts back what was there.
        ExecutionContext.Restore(PubSubLoop.CallbackContext);
        return callback(publication);
    }
}
