using Motet.Net;

namespace Motet.PubSub;

/// <summary>How subscriptions begin. They belong to the loop of the subscriber.</summary>
internal sealed partial class PubSubLoop
{
    /// <summary>Subscribes a client of this loop. Loop only.</summary>
    public Subscription Begin(Client client, string name, SubscriptionDetails? details)
    {
        if (!client.IsOpen) return Subscription.NeverActive(this, name, details);
        var subscriber = ClientSubscriptions.Of(client);
        return Begin(subscriber, Hub.FindOrCreate(name, details is { IsPattern: true }, this), details);
    }

    /// <summary>Subscribes a callback. Loop only.</summary>
    public Subscription Begin(CallbackSubscriber subscriber, string name, SubscriptionDetails details)
        => Begin(subscriber, Hub.FindOrCreate(name, details.IsPattern, this), details);

    public void Remember(CallbackSubscriber subscriber) => _callbackSubscribers.Add(subscriber);

    public void Forget(CallbackSubscriber subscriber) => _callbackSubscribers.Remove(subscriber);

    private Subscription Begin(ISubscriber subscriber, LoopChannel channel, SubscriptionDetails? details)
    {
        var subscription = new Subscription(channel, details);
        Begin(subscription, subscriber);
        Hub.TellEngines();
        return subscription;
    }

    private void Begin(Subscription subscription, ISubscriber subscriber)
    {
        if (subscription.Details is { Since: not null } details) BeginSince(subscription, subscriber, details);
        else subscription.Begin(subscriber);
    }

    /// <summary>
    /// While the lock is held nothing is published to channels with a history: what was published before is in the history, and what comes after finds the subscription. What is in between, published and not yet
    /// delivered on this loop, is in both, and the subscription leaves out what it had.
    /// </summary>
    private void BeginSince(Subscription subscription, ISubscriber subscriber, SubscriptionDetails details)
    {
        Publication[] missed;
        lock (Hub.HistoryLock)
        {
            missed = Hub.Recall(subscription.Channel, details.Since!.Value, out var isComplete);
            details.IsComplete = isComplete;
            subscription.Begin(subscriber);
        }

        foreach (var publication in missed) subscription.Deliver(publication, HighWatermark);
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
