namespace Motet.Runtime;

/// <summary>What became of a message.</summary>
internal enum SendResult
{
    /// <summary>It is in the mailbox, or with a receiver that waited.</summary>
    Sent,

    /// <summary>There was no room.</summary>
    Full,

    /// <summary>The coprocess has ended.</summary>
    Ended,
}
