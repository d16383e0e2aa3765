using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>Gives all results at the end, in the order of the items.</summary>
internal sealed class OrderedMapping<TSource, TResult>(IAsyncEnumerable<TSource> source, int limit, Func<TSource, Task<TResult>> body, string file, int line)
    : Mapping<TSource, TResult>(source, limit, body, file, line)
{
    private readonly List<(int Index, TResult Value)> _results = [];
    private readonly List<TResult> _leftovers = [];

    public async Task<TResult[]> RunAsync(CancellationToken cancellationToken)
    {
        var scope = new CancelScope();
        var error = await LinkedNursery.RunAsync(TakeAllAsync, scope, cancellationToken);
        // Somebody inside cancelled the scope between them and the caller: not all results are there.
        if (scope.CancelCaught) error ??= scope.Signal!.CreateException();
        if (error is not null)
        {
            await Leftovers.DisposeAsync(_results.Select(result => result.Value).Concat(_leftovers));
            ExceptionDispatchInfo.Throw(error);
        }

        var results = new TResult[_results.Count];
        foreach (var (index, value) in _results) results[index] = value;
        return results;
    }

    public override void Add(int index, TResult result)
    {
        lock (_results) _results.Add((index, result));
        Places.Release();
    }

    public override void AddLeftover(TResult result)
    {
        lock (_results) _leftovers.Add(result);
    }
}
