namespace Motet.Runtime;

/// <summary>What a wait at a mailbox waits for; in the wait's tag. One object for each type of message.</summary>
internal abstract class Receiver
{
    /// <summary>Whether it takes any message of its type. Otherwise it looks for itself, in the mailbox, when one has come.</summary>
    public abstract bool IsDirect { get; }

    /// <summary>Whether a message is of its type.</summary>
    public abstract bool Accepts(object message);

    /// <summary>Ends the wait, which the caller has claimed. Outside of locks.</summary>
    public abstract void Complete(Wait wait, object message);
}
