using Motet.Net;

namespace Motet.PubSub;

/// <summary>From publishers to subscribers.</summary>
public sealed partial class PubSubHub
{
    // Where the loops of a publication are gathered when patterns match it too.
    [ThreadStatic]
    private static List<PubSubLoop>? _targets;

    private long _publicationsElsewhere;

    /// <summary>Publishes text.</summary>
    /// <param name="channel">The name of the channel. Case matters. A name that nobody is subscribed to costs a look-up or two.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">The defaults when null.</param>
    /// <exception cref="ArgumentException">The name is too long (<see cref="PubSubOptions.MaxNameLength"/>).</exception>
    public void Publish(string channel, string text, PublishOptions? options = null)
    {
        CheckName(channel);
        ArgumentNullException.ThrowIfNull(text);
        if (IsHeard(channel, options)) Publish(new Publication(channel, text) { Except = options?.Except }, options);
    }

    /// <inheritdoc cref="Publish(string, string, PublishOptions?)"/>
    /// <summary>Publishes bytes.</summary>
    /// <param name="data">The bytes; they are copied.</param>
    /// <param name="kind">What they are.</param>
    public void Publish(string channel, ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary, PublishOptions? options = null)
    {
        CheckName(channel);
        if (IsHeard(channel, options)) Publish(new Publication(channel, data, kind) { Except = options?.Except }, options);
    }

    /// <inheritdoc cref="Publish(string, string, PublishOptions?)"/>
    /// <summary>Publishes what came from a client, as it came.</summary>
    /// <param name="message">The message; its bytes are copied.</param>
    public void Publish(string channel, Message message, PublishOptions? options = null) => Publish(channel, message.Span, message.Kind, options);

    /// <inheritdoc cref="Publish(string, string, PublishOptions?)"/>
    /// <summary>Publishes a message that exists already.</summary>
    /// <param name="message">The message; its bytes are not copied.</param>
    public void Publish(string channel, SharedMessage message, PublishOptions? options = null)
    {
        CheckName(channel);
        ArgumentNullException.ThrowIfNull(message);
        if (IsHeard(channel, options)) Publish(new Publication(channel, message) { Except = options?.Except }, options);
    }

    /// <summary>
    /// For engines: delivers to the subscribers of this process what came from elsewhere. No engine is asked.
    /// </summary>
    /// <param name="channel">The name of the channel.</param>
    /// <param name="data">The bytes; they are copied.</param>
    /// <param name="kind">What they are.</param>
    /// <exception cref="ArgumentException">The name is too long (<see cref="PubSubOptions.MaxNameLength"/>).</exception>
    public void Deliver(string channel, ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary)
    {
        CheckName(channel);
        Deliver(new Publication(channel, data, kind));
    }

    /// <summary>
    /// For engines: delivers to the subscribers of this process what was published here (<see cref="PubSubEngine.Publish"/>), except the client that is left out.
    /// </summary>
    /// <param name="publication">The publication; each is delivered once.</param>
    public void Deliver(Publication publication)
    {
        ArgumentNullException.ThrowIfNull(publication);
        if (_histories.Find(publication.Channel) is { } history) DeliverAndKeep(publication, history);
        else if (FindSubscribers(publication) is { } delivery) Dispatch(in delivery);
    }

    /// <summary>Counts a publication, and says whether anybody could be interested.</summary>
    private bool IsHeard(string channel, PublishOptions? options)
    {
        if (PubSubLoop.Current(this) is { } loop) loop.Publications++;
        else Interlocked.Increment(ref _publicationsElsewhere);
        return !_patternIndex.IsEmpty || _channels.ContainsKey(channel) || !_histories.IsEmpty || (options?.Engine ?? _defaultEngine) != PubSubEngine.Process;
    }

    private void Publish(Publication publication, PublishOptions? options)
    {
        var engine = options?.Engine ?? _defaultEngine;
        if (engine == PubSubEngine.Process) Deliver(publication);
        else PublishTo(engine, publication);
    }

    private Delivery? FindSubscribers(Publication publication)
    {
        var channel = FindChannel(publication.Channel, isPattern: false);
        var patterns = FindPatterns(publication.Channel);
        return channel is null && patterns is null ? null : new Delivery(publication, channel, patterns);
    }

    /// <summary>Delivers on this loop, and leaves it for the others.</summary>
    private void Dispatch(in Delivery delivery)
    {
        var current = PubSubLoop.Current(this);
        var isHere = delivery.Patterns is null ? LeaveForLoops(delivery.Channel!, in delivery, current) : LeaveForLoopsOfPatterns(in delivery, current);
        if (isHere) current!.Deliver(in delivery);
    }

    /// <summary>Leaves it for all loops but one.</summary>
    /// <returns>Whether that one has subscribers too.</returns>
    private static bool LeaveForLoops(Channel channel, in Delivery delivery, PubSubLoop? except)
    {
        var isExceptIn = false;
        for (var local = channel.First; local is not null; local = local.Next)
        {
            if (local.Loop == except) isExceptIn = true;
            else local.Loop.Leave(new InboxItem(InboxItemKind.Deliver, delivery, null));
        }

        return isExceptIn;
    }

    private static bool LeaveForLoopsOfPatterns(in Delivery delivery, PubSubLoop? except)
    {
        // Each loop once, however many of its channels are concerned.
        var loops = _targets ??= [];
        if (delivery.Channel is not null) AddLoops(delivery.Channel, loops);
        foreach (var pattern in delivery.Patterns!) AddLoops(pattern, loops);
        foreach (var loop in loops)
        {
            if (loop != except) loop.Leave(new InboxItem(InboxItemKind.Deliver, delivery, null));
        }

        var isExceptIn = except is not null && loops.Contains(except);
        loops.Clear();
        return isExceptIn;
    }

    private static void AddLoops(Channel channel, List<PubSubLoop> loops)
    {
        for (var local = channel.First; local is not null; local = local.Next)
        {
            if (!loops.Contains(local.Loop)) loops.Add(local.Loop);
        }
    }
}
