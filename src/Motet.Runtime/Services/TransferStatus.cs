namespace Motet.Runtime;

/// <summary>How a read or write on a transport ended.</summary>
public enum TransferStatus
{
    /// <summary>Bytes were moved.</summary>
    Done,

    /// <summary>Nothing could be moved without blocking. The loop tells when to try again.</summary>
    WouldBlock,

    /// <summary>The peer will send no more. For reads only.</summary>
    End,

    /// <summary>The transport is broken.</summary>
    Failed,
}
