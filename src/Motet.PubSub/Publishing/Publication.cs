using System.Globalization;
using System.Text;
using Motet.Net;

namespace Motet.PubSub;

/// <summary>A message that was published to a channel. It never changes. Any thread.</summary>
public sealed class Publication : SharedMessage
{
    internal Publication(string channel, string text)
        : base(text) => Channel = channel;

    internal Publication(string channel, ReadOnlySpan<byte> data, MessageKind kind)
        : base(data, kind) => Channel = channel;

    internal Publication(string channel, SharedMessage message)
        : base(message) => Channel = channel;

    /// <summary>The channel it was published to; for a subscription by pattern, the one that matched.</summary>
    public string Channel { get; }

    /// <summary>
    /// Its place in the history of the channel (<see cref="PubSubOptions.History"/>): larger than that of every publication before it in this process, and of those of earlier runs as long as the clock goes
    /// forward. 0 when the channel has no history. A client that names it later (<see cref="SubscribeOptions.Since"/>) gets what came after.
    /// </summary>
    public long Id { get; internal set; }

    /// <summary><see cref="Id"/> in decimal digits; null when the channel has no history.</summary>
    public override string? EventId => Id == 0 ? null : Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The client that does not get it.</summary>
    internal Client? Except { get; init; }

    /// <summary>The bytes read as UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
