using System.Collections.Concurrent;

namespace Motet.Runtime.Tests;

/// <summary>Makes resources and knows what became of each.</summary>
internal sealed class TestResources
{
    private int _made;
    private int _live;
    private int _peak;

    public ConcurrentBag<TestResource> All { get; } = [];

    public int Made => Volatile.Read(ref _made);

    public int Live => Volatile.Read(ref _live);

    public int Peak => Volatile.Read(ref _peak);

    public Task<TestResource> MakeAsync(CancellationToken cancellationToken) => Task.FromResult(Make());

    public TestResource Make()
    {
        var live = Interlocked.Increment(ref _live);
        for (var seen = _peak; seen < live; seen = _peak) Interlocked.CompareExchange(ref _peak, live, seen);
        var resource = new TestResource(this, Interlocked.Increment(ref _made));
        All.Add(resource);
        return resource;
    }

    public void OnDisposed() => Interlocked.Decrement(ref _live);
}
