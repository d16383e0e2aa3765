namespace Motet.Runtime;

/// <summary>Where messages go into a channel. Several may send through one; those who are to end on their own get a <see cref="Clone"/> each.</summary>
/// <typeparam name="T">The type of a message.</typeparam>
public sealed class ChannelSender<T> : ChannelEnd<T>
{
    internal ChannelSender(MessageBuffer<T> buffer, ChannelSender<T>? original = null)
        : base(buffer, original)
    {
    }

    /// <summary>
    /// Sends a message; waits while the channel is full, first come first served. Cancelled with the current scope and by the token: then it was not sent. No allocation when there is room, and none for a wait in the steady state.
    /// </summary>
    /// <exception cref="ChannelBrokenException">No receiver is left. The message was not received.</exception>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask SendAsync(T message, CancellationToken cancellationToken = default) => Buffer.SendAsync(this, message, cancellationToken);

    /// <summary>Sends a message if there is room for it or a receiver waits. Is not cancelled.</summary>
    /// <exception cref="ChannelBrokenException">No receiver is left.</exception>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    public bool TrySend(T message) => Buffer.TrySend(this, message);

    /// <summary>Another end of the same kind: the channel ends when both are closed.</summary>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    public ChannelSender<T> Clone() => new(Buffer, this);
}
