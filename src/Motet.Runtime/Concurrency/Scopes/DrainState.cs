namespace Motet.Runtime;

/// <summary>What a scope has only when it drains, or is asked for its drain token.</summary>
internal sealed class DrainState
{
    public CancellationTokenSource Source { get; } = new();

    /// <summary>The end of the grace period, in the scheduler's time.</summary>
    public long GraceEnd { get; set; } = long.MaxValue;

    public string? Reason { get; set; }
}
