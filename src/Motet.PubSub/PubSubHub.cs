using System.Collections.Concurrent;
using Motet.Net;
using Motet.Runtime;

namespace Motet.PubSub;

/// <summary>
/// Channels of one process: what is published to a channel is delivered to all who are subscribed to it, on whatever event loop they live. At most once, in the order of each publisher on each channel. Most programs use
/// <see cref="Default"/>, with the methods of <see cref="ClientPubSub"/>. Any thread, except where it says otherwise.
/// </summary>
public sealed partial class PubSubHub
{
    private static PubSubHub _default = new();

    private readonly ConcurrentDictionary<EventLoop, PubSubLoop> _loops = new();

    /// <summary>A hub with channels of its own.</summary>
    /// <param name="options">The limits; the defaults when null.</param>
    /// <exception cref="ArgumentException">A value of the options is out of its range.</exception>
    public PubSubHub(PubSubOptions? options = null)
    {
        Options = options ?? PubSubOptions.Default;
        Options.Validate();
        _histories = new Histories(Options);
        _defaultEngine = PubSubEngine.Process;
        PubSubMetrics.Add(this);
    }

    /// <summary>
    /// The hub of the process, with default options. A program that wants others puts its own here before anything is subscribed: what is subscribed in one hub is not in another.
    /// </summary>
    public static PubSubHub Default
    {
        get => Volatile.Read(ref _default);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _default, value);
        }
    }

    /// <summary>The limits.</summary>
    public PubSubOptions Options { get; }

    /// <summary>
    /// Has a client get what is published to a channel, as if it were written to it (<see cref="Client.Write(SharedMessage, MessageKind?)"/>), until the client ends. A subscription that it has to the same name is replaced: what
    /// waits for that one is not lost. On the loop of the client the subscription is in force at once, elsewhere before anything that is published after the call.
    /// </summary>
    /// <param name="client">The client. One that is closed gets a subscription that never is active.</param>
    /// <param name="channel">The name of the channel, or a pattern (<see cref="SubscribeOptions.IsPattern"/>). Case matters. Names that clients choose need a check of their own.</param>
    /// <param name="options">The defaults when null.</param>
    /// <exception cref="ArgumentException">The name is too long (<see cref="PubSubOptions.MaxNameLength"/>), or <see cref="SubscribeOptions.Since"/> is asked of a pattern.</exception>
    public Subscription Subscribe(Client client, string channel, SubscribeOptions? options = null) => SubscribeClient(client, channel, null, options);

    /// <inheritdoc cref="Subscribe(Client, string, SubscribeOptions?)"/>
    /// <summary>
    /// Has a callback called with what is published to a channel, as one of the client's callbacks: it overlaps with none, while it has not completed the client is not read, and what it throws closes the client. It ends with the client. A
    /// subscription that the client has to the same name is replaced.
    /// </summary>
    /// <param name="callback">Is called on the client's loop.</param>
    public Subscription Subscribe(Client client, string channel, PublicationHandler callback, SubscribeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return SubscribeClient(client, channel, callback, options);
    }

    /// <inheritdoc cref="Subscribe(Client, string, PublicationHandler, SubscribeOptions?)"/>
    public Subscription Subscribe(Client client, string channel, Action<Publication> callback, SubscribeOptions? options = null) => Subscribe(client, channel, Wrap(callback), options);

    /// <summary>
    /// Has a callback called with what is published to a channel, until the subscription is cancelled. Each such subscription is one of its own. It runs on the event loop that the caller is on, or else on <see cref="EventLoop.Shared"/>; it ends
    /// with the loop. What it throws is reported as unhandled and ends nothing.
    /// </summary>
    /// <param name="channel">The name of the channel, or a pattern (<see cref="SubscribeOptions.IsPattern"/>). Case matters.</param>
    /// <param name="callback">Is called on the loop, for one publication after the other.</param>
    /// <param name="options">The defaults when null.</param>
    /// <returns>To cancel it. Everything that is published after the call is delivered.</returns>
    /// <exception cref="ArgumentException">The name is too long (<see cref="PubSubOptions.MaxNameLength"/>), or <see cref="SubscribeOptions.Since"/> is asked of a pattern.</exception>
    public Subscription Subscribe(string channel, PublicationHandler callback, SubscribeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        CheckSubscription(channel, options);
        var loop = LoopOf(EventLoop.Current ?? EventLoop.Shared);
        var subscriber = new CallbackSubscriber(loop, callback);
        var details = new SubscriptionDetails(options, callback) { Subscriber = subscriber };
        return loop.EventLoop.IsCurrent ? loop.Begin(subscriber, channel, details.IsPattern, details) : Announce(loop, channel, details);
    }

    /// <inheritdoc cref="Subscribe(string, PublicationHandler, SubscribeOptions?)"/>
    public Subscription Subscribe(string channel, Action<Publication> callback, SubscribeOptions? options = null) => Subscribe(channel, Wrap(callback), options);

    /// <summary>Ends the subscription of a client to a name. Loop only; from other threads, <see cref="Subscription.Cancel"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="channel">The name of the channel, or the pattern.</param>
    /// <param name="isPattern">Whether it is a pattern.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidOperationException">The caller is not on the client's loop.</exception>
    public bool Unsubscribe(Client client, string channel, bool isPattern = false)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(channel);
        if (!client.EventLoop.IsCurrent) throw new InvalidOperationException("This is for the client's event loop; from other threads, cancel the subscription.");
        if (FindLoop(client.EventLoop) is not { } loop || FindChannel(channel, isPattern)?.Find(loop) is not { } local) return false;
        if (client.GetExtension<ClientSubscriptions>()?.Find(local) is not { } subscription) return false;
        subscription.End();
        return true;
    }

    /// <summary>How many in this process are subscribed to a name. What other threads do at the moment may be counted or not.</summary>
    /// <param name="channel">The name of the channel, or the pattern.</param>
    /// <param name="isPattern">Whether it is a pattern. Those who get a channel by a pattern are not counted with the channel.</param>
    public int GetSubscriberCount(string channel, bool isPattern = false)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var count = 0;
        for (var local = FindChannel(channel, isPattern)?.First; local is not null; local = local.Next) count += local.Count;
        return count;
    }

    internal PubSubLoop? FindLoop(EventLoop loop) => _loops.GetValueOrDefault(loop);

    private PubSubLoop LoopOf(EventLoop loop) => _loops.TryGetValue(loop, out var found) ? found : _loops.GetOrAdd(loop, static (key, hub) => new PubSubLoop(hub, key), this);

    private Subscription SubscribeClient(Client client, string channel, PublicationHandler? callback, SubscribeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(client);
        CheckSubscription(channel, options);
        var loop = LoopOf(client.EventLoop);
        if (!client.EventLoop.IsCurrent) return Announce(loop, channel, new SubscriptionDetails(options, callback) { Client = client });
        // Most have nothing but the name: their deliveries take the short way.
        var isPlain = callback is null && options is null or { As: null, Filter: null, SlowConsumerPolicy: null, Since: null };
        return loop.Begin(client, channel, options is { IsPattern: true }, isPlain ? null : new SubscriptionDetails(options, callback));
    }

    /// <summary>Makes the loop a place where the channel has subscribers at once, so that what is published from now on is left for it, behind the subscription.</summary>
    private Subscription Announce(PubSubLoop loop, string name, SubscriptionDetails details)
    {
        var subscription = new Subscription(FindOrCreate(name, details.IsPattern, loop, isAnnouncement: true), details);
        loop.Leave(new InboxItem(InboxItemKind.Subscribe, default, subscription));
        TellEngines();
        return subscription;
    }

    private void CheckSubscription(string channel, SubscribeOptions? options)
    {
        CheckName(channel);
        if (options is { IsPattern: true, Since: not null }) throw new ArgumentException("A pattern has no history; each of its channels has.", nameof(options));
    }

    private void CheckName(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (channel.Length > Options.MaxNameLength) throw new ArgumentException($"The name of a channel has at most {Options.MaxNameLength} characters.", nameof(channel));
    }

    private static PublicationHandler Wrap(Action<Publication> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return publication =>
        {
            callback(publication);
            return default;
        };
    }
}
