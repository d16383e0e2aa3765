namespace Motet.Runtime;

/// <summary>What a <see cref="Throttler"/> has done so far.</summary>
/// <param name="Passed">How many it let through.</param>
/// <param name="Delayed">How many of those had to wait.</param>
/// <param name="Waiting">How many wait now.</param>
public readonly record struct ThrottlerStatistics(long Passed, long Delayed, int Waiting);
