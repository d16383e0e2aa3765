using Motet.Net;

namespace Motet.PubSub;

/// <summary>
/// That a client, or a callback, gets what is published to a channel or to the channels of a pattern. It ends with <see cref="Cancel"/>, with the client, or when the same client subscribes to the same name again, which takes
/// its place. Any thread.
/// </summary>
public sealed class Subscription : IDisposable
{
    private ISubscriber? _subscriber;
    private volatile Stage _stage;

    internal Subscription(LoopChannel local, SubscriptionDetails? details)
    {
        Local = local;
        Details = details;
    }

    private enum Stage : byte
    {
        New,
        Active,
        Ended,
    }

    /// <summary>The name of the channel, or the pattern.</summary>
    public string Channel => Local.Channel.Name;

    /// <summary>Whether <see cref="Channel"/> is a pattern.</summary>
    public bool IsPattern => Local.Channel.IsPattern;

    /// <summary>The client; null for a subscription without one.</summary>
    public Client? Client => _subscriber is ClientSubscriptions subscriptions ? subscriptions.Client : Details?.Client;

    /// <summary>Whether it is in force: it has not ended, and if it was made on another thread than its loop's, the loop has taken it up. A subscription of a client that is closed never is.</summary>
    public bool IsActive => _stage == Stage.Active;

    /// <summary>
    /// Whether everything after <see cref="SubscribeOptions.Since"/> was still there; false means that the subscriber missed something and had better ask for the whole state. True for a subscription that
    /// asked for no history. Known when <see cref="IsActive"/>.
    /// </summary>
    public bool IsComplete => Details?.IsComplete ?? true;

    internal LoopChannel Local { get; }

    internal SubscriptionDetails? Details { get; }

    /// <summary>Another one of the same subscriber. The subscriber's.</summary>
    internal Subscription? Next { get; set; }

    /// <summary>Its place in <see cref="Local"/>. That one's.</summary>
    internal int Index { get; set; }

    /// <summary>
    /// Ends it. On the loop of the subscriber nothing is delivered any more, and what waited for it is dropped; from another thread it is over when the loop has taken notice. Again without effect. Any thread.
    /// </summary>
    public void Cancel()
    {
        if (Local.Loop.EventLoop.IsCurrent && _stage != Stage.New)
        {
            End();
            return;
        }

        if (_stage != Stage.Ended) Local.Loop.Leave(new InboxItem(InboxItemKind.Unsubscribe, default, this));
    }

    /// <summary>Ends it, as <see cref="Cancel"/>.</summary>
    public void Dispose() => Cancel();

    /// <summary>One of a client that is closed.</summary>
    internal static Subscription NeverActive(PubSubLoop loop, string name, bool isPattern)
        => new(new LoopChannel(new Channel(name, isPattern), loop), null) { _stage = Stage.Ended };

    internal void Begin(ISubscriber subscriber)
    {
        _subscriber = subscriber;
        if (subscriber.Add(this) is { } old)
        {
            Local.Replace(old, this);
            old._stage = Stage.Ended;
        }
        else
        {
            Local.Add(this);
        }

        _stage = Stage.Active;
    }

    /// <summary>Loop only.</summary>
    internal void End()
    {
        if (_stage != Stage.Active)
        {
            _stage = Stage.Ended;
            return;
        }

        _subscriber!.Remove(this);
        Leave();
    }

    /// <summary>Ends it when the subscriber knows already. Loop only.</summary>
    internal void Leave()
    {
        _stage = Stage.Ended;
        Local.Remove(this);
        if (Local.Count == 0) Local.Loop.Hub.Release(Local);
    }

    /// <summary>Hands a publication to the subscriber. Loop only.</summary>
    internal void Deliver(Publication publication, int highWatermark)
    {
        if (Details is null && _subscriber is ClientSubscriptions client)
        {
            if (publication.Except != client.Client) client.Write(this, publication, null, highWatermark);
        }
        else
        {
            DeliverWithDetails(publication, highWatermark);
        }
    }

    private void DeliverWithDetails(Publication publication, int highWatermark)
    {
        if (publication.Except is { } except && except == Client) return;
        var details = Details!;
        if (publication.Id != 0 && details.Since is not null)
        {
            if (publication.Id <= details.LastId) return;
            details.LastId = publication.Id;
        }

        if (details.Filter is { } filter && !Passes(filter, publication)) return;
        // The filter is foreign code; it may have ended the subscription.
        if (_stage == Stage.Active) _subscriber!.Take(this, publication, highWatermark);
    }

    private bool Passes(Func<Publication, bool> filter, Publication publication)
    {
        try
        {
            return filter(publication);
        }
        catch (Exception exception)
        {
            Local.Loop.EventLoop.ReportUnhandledException(exception, filter);
            return false;
        }
    }
}
