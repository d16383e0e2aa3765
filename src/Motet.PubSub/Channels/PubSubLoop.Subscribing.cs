using Motet.Net;

namespace Motet.PubSub;

/// <summary>How subscriptions begin. They belong to the loop of the subscriber.</summary>
internal sealed partial class PubSubLoop
{
    /// <summary>Subscribes a client of this loop. Loop only.</summary>
    public Subscription Begin(Client client, string name, bool isPattern, SubscriptionDetails? details)
        => client.IsOpen ? Begin(ClientSubscriptions.Of(client), name, isPattern, details) : Subscription.NeverActive(this, name, isPattern);

    /// <summary>Subscribes. Loop only.</summary>
    public Subscription Begin(ISubscriber subscriber, string name, bool isPattern, SubscriptionDetails? details)
    {
        var subscription = new Subscription(Hub.FindOrCreate(name, isPattern, this), details);
        Begin(subscription, subscriber);
        Hub.TellEngines();
        return subscription;
    }

    public void Remember(CallbackSubscriber subscriber) => _callbackSubscribers.Add(subscriber);

    public void Forget(CallbackSubscriber subscriber) => _callbackSubscribers.Remove(subscriber);

    private void Begin(Subscription subscription, ISubscriber subscriber)
    {
        if (subscription.Details is { Since: not null } details) BeginSince(subscription, subscriber, details);
        else subscription.Begin(subscriber);
    }

    /// <summary>
    /// While the lock is held nothing is published to channels with a history: what was published before is in the history, and what comes after finds the subscription. What is in between, published and not yet
    /// delivered on this loop, is in both, or was delivered to the subscriber when it was elsewhere: the subscription leaves out what it had.
    /// </summary>
    private void BeginSince(Subscription subscription, ISubscriber subscriber, SubscriptionDetails details)
    {
        Publication[] missed;
        lock (Hub.HistoryLock)
        {
            var since = details.Since!.Value;
            missed = Hub.Recall(subscription.Channel, ref since, out var isComplete);
            details.IsComplete = isComplete;
            // The subscriber may have had it from the history, while it still waits in this loop's inbox.
            details.LastId = since;
            subscription.Begin(subscriber);
        }

        // What a callback or a filter publishes meanwhile comes behind all of this.
        var wasRunning = _isRunning;
        _isRunning = true;
        try
        {
            foreach (var publication in missed) subscription.Deliver(publication, HighWatermark);
        }
        finally
        {
            _isRunning = wasRunning;
        }

        CatchUp();
    }

    /// <summary>What another thread has announced.</summary>
    private void BeginAnnounced(Subscription subscription)
    {
        var details = subscription.Details!;
        var client = details.Client;
        if (client is { IsOpen: false })
        {
            Withdraw(subscription);
            return;
        }

        Hub.EndAnnouncement(subscription.Local);
        Begin(subscription, client is null ? details.Subscriber! : ClientSubscriptions.Of(client));
    }

    /// <summary>What was announced does not begin.</summary>
    private void Withdraw(Subscription subscription)
    {
        subscription.End();
        Hub.EndAnnouncement(subscription.Local);
        if (subscription.Local.Count == 0) Hub.Release(subscription.Local);
    }
}
