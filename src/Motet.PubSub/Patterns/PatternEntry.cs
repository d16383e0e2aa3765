namespace Motet.PubSub;

/// <summary>A pattern in a <see cref="PatternIndex{T}"/>, and what it stands for.</summary>
internal sealed class PatternEntry<T>(GlobPattern pattern, T value)
{
    public GlobPattern Pattern { get; } = pattern;

    public T Value { get; } = value;

    /// <summary>Where it stands in its bucket. Only under the lock of the index.</summary>
    public int Slot { get; set; } = -1;
}
