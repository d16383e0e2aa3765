namespace Motet.PubSub;

/// <summary>Who has subscriptions. Loop only.</summary>
internal interface ISubscriber
{
    /// <summary>Takes up a subscription.</summary>
    /// <param name="subscription">The new one.</param>
    /// <returns>One to the same channel that it replaces; null when there is none.</returns>
    Subscription? Add(Subscription subscription);

    /// <summary>A subscription is over.</summary>
    void Remove(Subscription subscription);

    /// <summary>Takes a publication that the subscription wants.</summary>
    void Take(Subscription subscription, Publication publication, int highWatermark);
}
