namespace Motet.Runtime;

/// <summary>What <see cref="Every"/> gives.</summary>
internal sealed class Beat(TimeSpan interval, EveryOptions options) : IAsyncEnumerable<Tick>
{
    public IAsyncEnumerator<Tick> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new BeatEnumerator(interval.Ticks, options, cancellationToken);
}
