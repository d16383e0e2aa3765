using System.Collections.Concurrent;

namespace Motet.Runtime.Tests;

/// <summary>A context with a thread of its own, as a user interface has.</summary>
internal sealed class PumpContext : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public void Run()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable()) callback(state);
    }

    public void Complete() => _queue.CompleteAdding();
}
