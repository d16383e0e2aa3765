namespace Motet.Runtime;

/// <summary>
/// Names one registration of a resource with a service. Unique in the process and never given twice, unlike descriptors and addresses, so an id
/// can be sent about and kept; <c>default</c> names none.
/// </summary>
/// <param name="Value">The number, from 1; 0 means none.</param>
public readonly record struct ResourceId(ulong Value)
{
    private static ulong _last;

    /// <summary>Whether this is <c>default</c>, the id of no resource.</summary>
    public bool IsNone => Value == 0;

    internal static ResourceId Create() => new(Interlocked.Increment(ref _last));
}
