namespace Motet.Runtime;

/// <summary>What was in a scope at one moment.</summary>
internal sealed class ScopeContent
{
    /// <summary>The newest first.</summary>
    public List<CancelScope> Children { get; } = [];

    /// <summary>What code right in the scope waits for.</summary>
    public List<ScopeWait> Waits { get; } = [];
}
