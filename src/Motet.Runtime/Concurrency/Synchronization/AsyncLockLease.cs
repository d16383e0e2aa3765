namespace Motet.Runtime;

/// <summary>Being inside of an <see cref="AsyncLock"/>. Copies are the same.</summary>
public readonly struct AsyncLockLease : IDisposable
{
    private readonly AsyncLock? _lock;

    internal AsyncLockLease(AsyncLock @lock, long number)
    {
        _lock = @lock;
        Number = number;
    }

    internal bool IsValid => _lock is not null;

    internal long Number { get; }

    /// <summary>Goes out: the first one who waits goes in. Without effect when it was done before.</summary>
    /// <exception cref="InvalidOperationException">Another coprocess than the one that went in.</exception>
    public void Dispose() => _lock?.Release(Number);
}
