using Motet.Net;
using Motet.PubSub;

namespace Motet;

/// <summary>What a server says to, and hears from, the clients of <see cref="PubSubHub.Default"/>.</summary>
public sealed partial class Server
{
    private const int FewSubscriptions = 64;

    // Weakly: those that are over meanwhile, of a program that subscribes again and again while the server runs, are nobody's any more. The hub holds the others.
    private readonly List<WeakReference<Subscription>> _subscriptions = [];
    private int _nextClearing = FewSubscriptions;

    /// <summary>Has a callback called with what is published to a channel, until the server has stopped; see <see cref="PubSubHub.Subscribe(string, PublicationHandler, SubscribeOptions?)"/>. Before the start, or while it runs. Any thread.</summary>
    /// <param name="channel">The name of the channel, or a pattern (<see cref="SubscribeOptions.IsPattern"/>).</param>
    /// <param name="callback">Is called on an event loop, for one publication after the other.</param>
    /// <param name="options">The defaults when null.</param>
    /// <returns>To cancel it before.</returns>
    /// <exception cref="ArgumentException">The name is too long, or <see cref="SubscribeOptions.Since"/> is asked of a pattern.</exception>
    /// <exception cref="InvalidOperationException">The server was stopped.</exception>
    public Subscription Subscribe(string channel, PublicationHandler callback, SubscribeOptions? options = null) => Keep(PubSubHub.Default.Subscribe(channel, callback, options));

    /// <inheritdoc cref="Subscribe(string, PublicationHandler, SubscribeOptions?)"/>
    public Subscription Subscribe(string channel, Action<Publication> callback, SubscribeOptions? options = null) => Keep(PubSubHub.Default.Subscribe(channel, callback, options));

    /// <summary>Publishes text to all who are subscribed to a channel. Any thread.</summary>
    /// <param name="channel">The name of the channel.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">The defaults when null.</param>
    public void Publish(string channel, string text, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, text, options);

    /// <inheritdoc cref="Publish(string, string, PublishOptions?)"/>
    /// <summary>Publishes bytes, which are copied, to all who are subscribed to a channel. Any thread.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="kind">What they are.</param>
    public void Publish(string channel, ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, data, kind, options);

    /// <inheritdoc cref="Publish(string, string, PublishOptions?)"/>
    /// <summary>Publishes a message to all who are subscribed to a channel. Any thread.</summary>
    /// <param name="message">The message.</param>
    public void Publish(string channel, SharedMessage message, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, message, options);

    private Subscription Keep(Subscription subscription)
    {
        lock (_gate)
        {
            if (_stopping is null)
            {
                if (_subscriptions.Count >= _nextClearing)
                {
                    _subscriptions.RemoveAll(static kept => !kept.TryGetTarget(out _));
                    _nextClearing = Math.Max(FewSubscriptions, _subscriptions.Count * 2);
                }

                _subscriptions.Add(new WeakReference<Subscription>(subscription));
                return subscription;
            }
        }

        subscription.Cancel();
        throw new InvalidOperationException("The server was stopped; a server runs once.");
    }

    private void CancelSubscriptions()
    {
        lock (_gate)
        {
            foreach (var kept in _subscriptions)
            {
                if (kept.TryGetTarget(out var subscription)) subscription.Cancel();
            }

            _subscriptions.Clear();
        }
    }
}
