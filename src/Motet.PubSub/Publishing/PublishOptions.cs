using Motet.Net;

namespace Motet.PubSub;

/// <summary>How something is published. One object may serve many calls.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// A client that does not get it, usually the one that says it; by default everybody gets it. Lost on the way when an engine carries the message out of the process and back.
    /// </summary>
    public Client? Except { get; init; }

    /// <summary>Who carries the message; <see cref="PubSubHub.DefaultEngine"/> when null.</summary>
    public PubSubEngine? Engine { get; init; }
}
