namespace Motet.Runtime;

/// <summary>Takes items while there are places, and runs a coprocess for each.</summary>
internal abstract class Mapping<TSource, TResult>(IAsyncEnumerable<TSource> source, int limit, Func<TSource, Task<TResult>> body, string file, int line)
{
    // Else the name would be that of the closure below.
    private readonly string _name = CallbackSite.Describe(body, null);

    /// <summary>One for each that may run.</summary>
    protected AsyncSemaphore Places { get; } = new(limit);

    protected string File => file;

    protected int Line => line;

    /// <summary>A result is there. Called where the coprocess ends, on any thread.</summary>
    public abstract void Add(int index, TResult result);

    /// <summary>A body gave a value, but failed for its children.</summary>
    public abstract void AddLeftover(TResult result);

    protected async Task TakeAllAsync(Nursery nursery)
    {
        await using var items = source.GetAsyncEnumerator(nursery.Scope.Token);
        for (var index = 0; ; index++)
        {
            await Places.AcquireAsync();
            if (!await items.MoveNextAsync()) return;
            Spawn(nursery, index, items.Current);
        }
    }

    private void Spawn(Nursery nursery, int index, TSource item) => _ = new MappedItem<TSource, TResult>(this, index, () => body(item), _name, nursery, file, line);
}
