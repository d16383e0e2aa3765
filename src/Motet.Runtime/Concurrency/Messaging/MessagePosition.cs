namespace Motet.Runtime;

/// <summary>How far somebody has looked through a mailbox, and what is found there.</summary>
internal struct MessagePosition
{
    /// <summary>The next number in the mailbox.</summary>
    public long Next;

    /// <summary>The next number among the senders that wait for room.</summary>
    public long NextPending;

    /// <summary>What is looked at; null when there is nothing more.</summary>
    public object? Message;

    /// <summary>Its number.</summary>
    public long Sequence;

    /// <summary>Whether its sender waits for room.</summary>
    public bool IsPending;
}
