namespace Motet.Runtime;

/// <summary>A message that waits for room in the mailbox; in the tag of its sender's wait.</summary>
internal sealed class PendingMessage(object message, long sequence)
{
    public object Message { get; } = message;

    public long Sequence { get; } = sequence;
}
