namespace Motet.Runtime.Testing;

/// <summary>A body failed with one of the seeds of a <see cref="Shuffle"/>. The error is the inner exception.</summary>
public sealed class ShuffleException : Exception
{
    internal ShuffleException(int seed, int runs, Exception error)
        : base($"With seed {seed}, in run {runs}: {error.Message}{Environment.NewLine}The same order again: VirtualTime.RunAsync(body, new VirtualTimeOptions {{ Seed = {seed} }}).", error)
        => Seed = seed;

    /// <summary>The seed that gives the order in which it failed.</summary>
    public int Seed { get; }
}
