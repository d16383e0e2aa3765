namespace Motet.Runtime;

/// <summary>Makes channels between coprocesses: what goes into a <see cref="ChannelSender{T}"/> comes out of a <see cref="ChannelReceiver{T}"/>, once, in order.</summary>
/// <remarks>
/// Why not <c>System.Threading.Channels</c>: its ends are one each and closed by whoever says so, where here a channel ends with the last of its ends; an operation there is cancelled by a token alone, which costs a registration and, for a scope, a token source
/// each time, where these waits are in the scope's own list; and it counts neither its peak nor who waits. Within a coprocess it works as ever: its awaits come back, and it takes <see cref="CancelScope.Token"/>.
/// </remarks>
public static class MessageChannel
{
    /// <summary>A capacity without a limit.</summary>
    public const int Unbounded = int.MaxValue;

    /// <summary>Makes a channel.</summary>
    /// <param name="capacity">Messages that it holds at most: zero for none, a sender waits until its message is received; <see cref="Unbounded"/> where something else bounds what is sent.</param>
    /// <typeparam name="T">The type of a message.</typeparam>
    /// <returns>One end each; more with <see cref="ChannelSender{T}.Clone"/> and <see cref="ChannelReceiver{T}.Clone"/>.</returns>
    public static (ChannelSender<T> Sender, ChannelReceiver<T> Receiver) Create<T>(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        var buffer = new MessageBuffer<T>(capacity);
        return (new ChannelSender<T>(buffer), new ChannelReceiver<T>(buffer));
    }
}
