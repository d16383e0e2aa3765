namespace Motet.Runtime.Testing;

/// <summary>How a pair of connections in memory behaves.</summary>
public sealed class MemoryConnectionOptions
{
    /// <summary>
    /// How many bytes each direction holds that were written and not yet read. A write completes when all of its bytes are held or read. 64 KiB by default; with 0 a write completes when it was read to its last byte
    /// (lockstep), so that writer and reader cannot get apart.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or over <see cref="Array.MaxLength"/>.</exception>
    public int Capacity
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Array.MaxLength);
            field = value;
        }
    } = 64 * 1024;

    /// <summary>How many bytes of each direction are recorded for <see cref="MemoryConnection.GetSent"/>, from the first on. 1 MiB by default, so that a test under load does not grow without end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or over <see cref="Array.MaxLength"/>.</exception>
    public int RecordingLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Array.MaxLength);
            field = value;
        }
    } = 1024 * 1024;

    internal static MemoryConnectionOptions Default { get; } = new();
}
