namespace Motet.Runtime.Tests;

/// <summary>A resource that notices when it is used by two, after its end, or ended twice.</summary>
internal sealed class TestResource(TestResources resources, int number) : IAsyncDisposable
{
    private int _users;
    private int _disposals;

    public int Number { get; } = number;

    public bool IsDisposed => Volatile.Read(ref _disposals) > 0;

    public int Disposals => Volatile.Read(ref _disposals);

    public async Task UseAsync(Random random)
    {
        Assert.Equal(1, Interlocked.Increment(ref _users));
        Assert.False(IsDisposed);
        try
        {
            if (random.Next(2) == 0) await Coprocess.YieldAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _users);
        }
    }

    public ValueTask DisposeAsync()
    {
        Assert.Equal(0, Volatile.Read(ref _users));
        Interlocked.Increment(ref _disposals);
        resources.OnDisposed();
        return default;
    }
}
