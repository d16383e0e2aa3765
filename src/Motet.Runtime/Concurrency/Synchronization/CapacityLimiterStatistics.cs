namespace Motet.Runtime;

/// <summary>What a <see cref="CapacityLimiter"/> counts.</summary>
/// <param name="Total">Its tokens.</param>
/// <param name="Borrowed">Tokens that are out.</param>
/// <param name="Waiting">Waits for a token.</param>
/// <param name="PeakBorrowed">The most tokens that were out at once.</param>
/// <param name="Acquired">Acquisitions since it was made.</param>
/// <param name="Waited">How many had to wait, also those that were cancelled then.</param>
public readonly record struct CapacityLimiterStatistics(int Total, int Borrowed, int Waiting, int PeakBorrowed, long Acquired, long Waited);
