namespace Motet.Runtime;

/// <summary>What a wait was waiting for when it was looked at. The wait itself is not kept: it may be somebody else's any time.</summary>
/// <param name="Owner">What is waited for; null for time and cancel alone.</param>
/// <param name="Tag">The owner's note on it.</param>
/// <param name="Due">When its timer fires; <see cref="long.MaxValue"/> without.</param>
internal readonly record struct ScopeWait(IWaitOwner? Owner, object? Tag, long Due);
