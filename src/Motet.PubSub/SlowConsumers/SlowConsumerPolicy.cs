namespace Motet.PubSub;

/// <summary>What happens to the publications of a subscription when its subscriber is too slow and no more may wait (<see cref="PubSubOptions.MaxWaitingMessages"/>, <see cref="PubSubOptions.MaxWaitingBytes"/>). All that is dropped is counted.</summary>
public enum SlowConsumerPolicy : byte
{
    /// <summary>The client is closed (<see cref="Net.CloseReason.SlowConsumer"/>): it never misses anything without knowing. A subscription without a client has nothing to close and drops the oldest.</summary>
    Close,

    /// <summary>The oldest that waits for this subscription is dropped; when none waits for it, the new one.</summary>
    DropOldest,

    /// <summary>The new one is dropped.</summary>
    DropNewest,

    /// <summary>Of each channel only the latest waits, in the place of the one before: for values of which only the last matters. When too many channels wait, the oldest is dropped.</summary>
    Conflate,
}
