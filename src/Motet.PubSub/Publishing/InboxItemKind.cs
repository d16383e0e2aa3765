namespace Motet.PubSub;

/// <summary>What a loop was asked to do by others.</summary>
internal enum InboxItemKind : byte
{
    /// <summary>Deliver a publication.</summary>
    Deliver,

    /// <summary>Begin a subscription.</summary>
    Subscribe,

    /// <summary>End a subscription.</summary>
    Unsubscribe,
}
