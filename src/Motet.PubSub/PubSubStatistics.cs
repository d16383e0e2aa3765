namespace Motet.PubSub;

/// <summary>What a <see cref="PubSubHub"/> has done and holds. Counted while other threads go on: the numbers may be a little apart from each other.</summary>
/// <param name="Publications">Publications of this process.</param>
/// <param name="Deliveries">Publications handed to subscriptions; what a filter then did not want is counted too.</param>
/// <param name="Dropped">Publications that did not reach a subscriber because it, or its loop, was too slow.</param>
/// <param name="SlowConsumersClosed">Clients closed because they were too slow.</param>
/// <param name="EngineFailures">Exceptions of engines.</param>
/// <param name="Channels">Names that somebody is subscribed to.</param>
/// <param name="Patterns">Patterns that somebody is subscribed to.</param>
/// <param name="Histories">Channels that remember something.</param>
public readonly record struct PubSubStatistics(long Publications, long Deliveries, long Dropped, long SlowConsumersClosed, long EngineFailures, int Channels, int Patterns, int Histories);
