namespace Motet.Runtime;

/// <summary>What a <see cref="ResourcePool{T}"/> counts.</summary>
/// <param name="Limit">Resources that may exist.</param>
/// <param name="Size">Resources that exist, those being made or ended included.</param>
/// <param name="Idle">Resources that nobody uses.</param>
/// <param name="InUse">Resources that are leased.</param>
/// <param name="Waiting">Acquisitions that wait for a place.</param>
/// <param name="PeakWaiting">The most that waited at once.</param>
/// <param name="LongestWait">The longest time that an acquisition took which had to wait, to make a resource or to check one, and got it.</param>
/// <param name="Acquired">Acquisitions that got a resource.</param>
/// <param name="Created">Resources made.</param>
/// <param name="Discarded">Resources ended.</param>
/// <param name="CreateErrors">Creations that failed; cancelled ones do not count.</param>
/// <param name="HookErrors">Errors of checks, resets and ends.</param>
/// <param name="Timeouts">Acquisitions that ran out of time.</param>
public readonly record struct ResourcePoolStatistics(
    int Limit,
    int Size,
    int Idle,
    int InUse,
    int Waiting,
    int PeakWaiting,
    TimeSpan LongestWait,
    long Acquired,
    long Created,
    long Discarded,
    long CreateErrors,
    long HookErrors,
    long Timeouts);
