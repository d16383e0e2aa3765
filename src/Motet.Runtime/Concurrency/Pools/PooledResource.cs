namespace Motet.Runtime;

/// <summary>A resource of a <see cref="ResourcePool{T}"/>. Under the pool's lock.</summary>
internal sealed class PooledResource<T>(ResourcePool<T> pool, T value, long created)
{
    public readonly ResourcePool<T> Pool = pool;

    public readonly T Value = value;

    /// <summary>Ticks of the pool's scheduler.</summary>
    public readonly long Created = created;

    public long IdleSince = created;

    /// <summary>Counts the leases: an earlier one is spent.</summary>
    public long Generation;

    public bool IsBroken;

    /// <summary>The coprocess that has it.</summary>
    public Coprocess? Holder;
}
