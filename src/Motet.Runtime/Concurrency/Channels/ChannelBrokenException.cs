namespace Motet.Runtime;

/// <summary>A message was not sent: no receiver of the channel is left.</summary>
public sealed class ChannelBrokenException : Exception
{
    internal ChannelBrokenException()
        : base("All receivers of the channel are closed.")
    {
    }
}
