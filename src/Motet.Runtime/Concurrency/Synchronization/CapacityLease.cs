namespace Motet.Runtime;

/// <summary>A token of a <see cref="CapacityLimiter"/>, until it is given back. Copies are the same token.</summary>
public readonly struct CapacityLease : IDisposable
{
    private readonly CapacityToken? _token;
    private readonly long _generation;

    internal CapacityLease(CapacityToken token, long generation)
    {
        _token = token;
        _generation = generation;
    }

    /// <summary>Gives the token back: the first one who waits goes on. Without effect when it was given back before. Any thread.</summary>
    public void Dispose() => _token?.Limiter.Return(_token, _generation);
}
