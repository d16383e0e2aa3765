namespace Motet.Runtime;

/// <summary>A resource of a <see cref="ResourcePool{T}"/>, until it is given back: <c>await using var lease = await pool.AcquireAsync();</c>. Copies are the same lease.</summary>
/// <typeparam name="T">The type of the resource.</typeparam>
public readonly struct ResourceLease<T> : IAsyncDisposable
{
    private readonly PooledResource<T>? _entry;
    private readonly long _generation;

    internal ResourceLease(PooledResource<T> entry)
    {
        _entry = entry;
        _generation = entry.Generation;
    }

    /// <summary>The resource.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public T Resource
    {
        get
        {
            ObjectDisposedException.ThrowIf(_entry is null || Volatile.Read(ref _entry.Generation) != _generation, typeof(ResourceLease<T>));
            return _entry.Value;
        }
    }

    /// <summary>Marks the resource as broken: it is ended when the lease is, instead of being used again. Without effect when it was given back. Any thread.</summary>
    public void Discard() => _entry?.Pool.Discard(_entry, _generation);

    /// <summary>
    /// Gives the resource back: the first one who waits gets it. Waits for the reset or the end of the resource, if there is any, also when the current scope is cancelled. Without effect when it was given back before. Any thread; does not throw.
    /// </summary>
    public ValueTask DisposeAsync() => _entry is null ? default : _entry.Pool.ReturnAsync(_entry, _generation);
}
