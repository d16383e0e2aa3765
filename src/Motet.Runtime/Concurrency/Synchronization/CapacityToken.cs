namespace Motet.Runtime;

/// <summary>One acquisition of a <see cref="CapacityLimiter"/>, waiting or held; used again. Under the limiter's lock.</summary>
internal sealed class CapacityToken(CapacityLimiter limiter)
{
    public readonly CapacityLimiter Limiter = limiter;

    public object? Borrower;

    /// <summary>Counts the uses: a lease of an earlier one is spent.</summary>
    public long Generation;

    public CapacityToken? Previous;

    public CapacityToken? Next;
}
