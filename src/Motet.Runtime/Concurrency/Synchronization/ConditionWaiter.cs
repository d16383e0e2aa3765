namespace Motet.Runtime;

/// <summary>Who waits at an <see cref="AsyncCondition"/>, and with which lease of the lock he goes in again.</summary>
internal sealed record ConditionWaiter(long Lease, Coprocess? Owner);
