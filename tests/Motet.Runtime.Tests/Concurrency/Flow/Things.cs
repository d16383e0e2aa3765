namespace Motet.Runtime.Tests;

/// <summary>Counts the resources that are open.</summary>
internal sealed class Things
{
    private int _made;
    private int _open;

    public int Made => Volatile.Read(ref _made);

    public int Open => Volatile.Read(ref _open);

    public Thing Make()
    {
        Interlocked.Increment(ref _made);
        Interlocked.Increment(ref _open);
        return new Thing(this);
    }

    internal sealed class Thing(Things owner) : IAsyncDisposable
    {
        private int _isDisposed;

        public ValueTask DisposeAsync()
        {
            Assert.Equal(0, Interlocked.Exchange(ref _isDisposed, 1));
            Interlocked.Decrement(ref owner._open);
            return default;
        }
    }
}
