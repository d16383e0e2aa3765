using Motet.Net;

namespace Motet.PubSub;

/// <summary>What a subscription has that most do not need.</summary>
internal sealed class SubscriptionDetails(SubscribeOptions? options, PublicationHandler? callback)
{
    private readonly SubscribeOptions? _options = options;

    public bool IsPattern => _options?.IsPattern ?? false;

    public MessageKind? As => _options?.As;

    public Func<Publication, bool>? Filter => _options?.Filter;

    public long? Since => _options?.Since;

    public SlowConsumerPolicy? Policy => _options?.SlowConsumerPolicy;

    public PublicationHandler? Callback { get; } = callback;

    /// <summary>For one that is announced from another thread: the client.</summary>
    public Client? Client { get; init; }

    /// <summary>For one without a client.</summary>
    public CallbackSubscriber? Subscriber { get; set; }

    /// <summary>The last publication of the history that was delivered.</summary>
    public long LastId { get; set; }

    public bool IsComplete { get; set; } = true;
}
