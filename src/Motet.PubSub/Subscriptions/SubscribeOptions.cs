using Motet.Net;

namespace Motet.PubSub;

/// <summary>How a subscription is. One object may serve many.</summary>
public sealed record SubscribeOptions
{
    /// <summary>
    /// Whether the name is a pattern by the rules of Redis: <c>*</c> any run of bytes, <c>?</c> one byte, <c>[a-z]</c> and <c>[^a-z]</c> one byte of a class, <c>\x</c> the byte x. Names and patterns are two
    /// name spaces: one who is subscribed to a channel and to a pattern that matches it gets each publication twice.
    /// </summary>
    public bool IsPattern { get; init; }

    /// <summary>What a client gets the publications as; what each is itself when null. Not for callbacks.</summary>
    public MessageKind? As { get; init; }

    /// <summary>
    /// Which publications are wanted; all when null. Runs on the subscriber's loop for each publication, must be quick, and must not wait. An exception is logged and means no.
    /// </summary>
    public Func<Publication, bool>? Filter { get; init; }

    /// <summary>What happens to publications when the subscriber is slower than they come; the hub's (<see cref="PubSubOptions.SlowConsumerPolicy"/>) when null.</summary>
    public SlowConsumerPolicy? SlowConsumerPolicy { get; init; }

    /// <summary>
    /// For a channel with a history (<see cref="PubSubOptions.History"/>): the id of the last publication that the subscriber had (<see cref="Publication.Id"/>, 0 for none). What the history has after it is
    /// delivered at once, which for a callback may be before the call that subscribes has returned, then what is published from now on, without a gap between them and nothing twice. What the subscriber does not take at once
    /// waits, within the limits of slow subscribers. Null for no history. Not for patterns.
    /// </summary>
    public long? Since { get; init; }
}
