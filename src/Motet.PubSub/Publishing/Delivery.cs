namespace Motet.PubSub;

/// <summary>A publication and those whom it concerns.</summary>
/// <param name="Publication">The publication.</param>
/// <param name="Channel">The channel, if it has subscribers by its name.</param>
/// <param name="Patterns">The patterns that match; null for none.</param>
internal readonly record struct Delivery(Publication Publication, Channel? Channel, Channel[]? Patterns);
