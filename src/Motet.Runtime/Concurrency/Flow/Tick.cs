namespace Motet.Runtime;

/// <summary>One beat of <see cref="Every"/>.</summary>
/// <param name="Number">Counts the beats since the enumeration began, those that were left out included: the first is 1.</param>
/// <param name="Missed">How many right before this one were left out, because the consumer was busy.</param>
public readonly record struct Tick(long Number, long Missed);
