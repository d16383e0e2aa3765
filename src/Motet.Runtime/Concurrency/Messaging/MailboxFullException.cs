namespace Motet.Runtime;

/// <summary>
/// The message was not sent: as many as its mailbox holds wait for the receiver already (<see cref="CoprocessOptions.MailboxCapacity"/>). It comes out of <see cref="Coprocess.Send"/>; <see cref="Coprocess.SendAsync"/> waits
/// for room instead.
/// </summary>
public sealed class MailboxFullException : Exception
{
    internal MailboxFullException(Coprocess coprocess)
        : base($"The mailbox of {coprocess} is full: {coprocess.Options.MailboxCapacity} messages wait in it. Use SendAsync to wait for room, or TrySend to drop the message.") => Coprocess = coprocess;

    /// <summary>The receiver.</summary>
    public Coprocess Coprocess { get; }
}
