namespace Motet.Runtime;

/// <summary>There is no message and none will come: all senders of the channel are closed.</summary>
public sealed class ChannelEndedException : Exception
{
    internal ChannelEndedException()
        : base("All senders of the channel are closed, and all messages are received.")
    {
    }
}
