using Motet.Net;

namespace Motet.PubSub;

/// <summary>Pub/sub as something that a <see cref="Client"/> does, with <see cref="PubSubHub.Default"/>.</summary>
public static class ClientPubSub
{
    extension(Client client)
    {
        /// <inheritdoc cref="PubSubHub.Subscribe(Client, string, SubscribeOptions?)"/>
        public Subscription Subscribe(string channel, SubscribeOptions? options = null) => PubSubHub.Default.Subscribe(client, channel, options);

        /// <inheritdoc cref="PubSubHub.Subscribe(Client, string, PublicationHandler, SubscribeOptions?)"/>
        public Subscription Subscribe(string channel, PublicationHandler callback, SubscribeOptions? options = null) => PubSubHub.Default.Subscribe(client, channel, callback, options);

        /// <inheritdoc cref="PubSubHub.Subscribe(Client, string, Action{Publication}, SubscribeOptions?)"/>
        public Subscription Subscribe(string channel, Action<Publication> callback, SubscribeOptions? options = null) => PubSubHub.Default.Subscribe(client, channel, callback, options);

        /// <inheritdoc cref="PubSubHub.Unsubscribe(Client, string, bool)"/>
        public bool Unsubscribe(string channel, bool isPattern = false) => PubSubHub.Default.Unsubscribe(client, channel, isPattern);

        /// <summary>Publishes text. The client gets it too if it is subscribed, unless the options leave it out (<see cref="PublishOptions.Except"/>). Any thread.</summary>
        /// <inheritdoc cref="PubSubHub.Publish(string, string, PublishOptions?)"/>
        public void Publish(string channel, string text, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, text, options);

        /// <summary>Publishes bytes. The client gets them too if it is subscribed, unless the options leave it out (<see cref="PublishOptions.Except"/>). Any thread.</summary>
        /// <inheritdoc cref="PubSubHub.Publish(string, ReadOnlySpan{byte}, MessageKind, PublishOptions?)"/>
        public void Publish(string channel, ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, data, kind, options);

        /// <summary>Publishes a message as it came. The client gets it too if it is subscribed, unless the options leave it out (<see cref="PublishOptions.Except"/>). Any thread.</summary>
        /// <inheritdoc cref="PubSubHub.Publish(string, Message, PublishOptions?)"/>
        public void Publish(string channel, Message message, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, message, options);

        /// <summary>Publishes a message that exists already. The client gets it too if it is subscribed, unless the options leave it out (<see cref="PublishOptions.Except"/>). Any thread.</summary>
        /// <inheritdoc cref="PubSubHub.Publish(string, SharedMessage, PublishOptions?)"/>
        public void Publish(string channel, SharedMessage message, PublishOptions? options = null) => PubSubHub.Default.Publish(channel, message, options);
    }
}
