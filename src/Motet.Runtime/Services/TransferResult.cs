namespace Motet.Runtime;

/// <summary>What came of one read or write on a transport.</summary>
public readonly record struct TransferResult
{
    private TransferResult(TransferStatus status, int count, Exception? error)
    {
        Status = status;
        Count = count;
        Error = error;
    }

    /// <summary>Nothing could be moved without blocking.</summary>
    public static TransferResult WouldBlock => new(TransferStatus.WouldBlock, 0, null);

    /// <summary>The peer will send no more.</summary>
    public static TransferResult End => new(TransferStatus.End, 0, null);

    /// <summary>How it ended.</summary>
    public TransferStatus Status { get; }

    /// <summary>Bytes that were moved, more than 0 with <see cref="TransferStatus.Done"/> and 0 otherwise.</summary>
    public int Count { get; }

    /// <summary>Why it failed; null unless it did.</summary>
    public Exception? Error { get; }

    /// <summary><paramref name="count"/> bytes were moved, at least one.</summary>
    public static TransferResult Done(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new(TransferStatus.Done, count, null);
    }

    /// <summary>The transport is broken.</summary>
    public static TransferResult Failed(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(TransferStatus.Failed, 0, error);
    }
}
