using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Where messages come out of a channel. Each message goes to one receiver. Several may receive from one end; those who are to end on their own get a <see cref="Clone"/> each.</summary>
/// <typeparam name="T">The type of a message.</typeparam>
public sealed class ChannelReceiver<T> : ChannelEnd<T>
{
    internal ChannelReceiver(MessageBuffer<T> buffer, ChannelReceiver<T>? original = null)
        : base(buffer, original)
    {
    }

    /// <summary>
    /// Receives the next message, or waits for one, first come first served. Cancelled with the current scope and by the token: then it took nothing. No allocation when there is one, and none for a wait in the steady state.
    /// </summary>
    /// <exception cref="ChannelEndedException">All senders are closed and all messages received.</exception>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask<T> ReceiveAsync(CancellationToken cancellationToken = default) => Buffer.ReceiveAsync(this, cancellationToken);

    /// <summary>Receives the next message if there is one: false also at the end. Is not cancelled.</summary>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    public bool TryReceive(out T message) => Buffer.TryReceive(this, out message);

    /// <summary>Receives all that is there, also from those who wait to send; nothing if there is nothing. Is not cancelled.</summary>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    public IReadOnlyList<T> ReceiveAllPending() => Buffer.ReceivePending(this);

    /// <summary>Receives until all senders are closed: <c>await foreach (var message in receiver.ReadAllAsync())</c>. A cancel takes no message.</summary>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            T message;
            try
            {
                message = await ReceiveAsync(cancellationToken);
            }
            catch (ChannelEndedException)
            {
                yield break;
            }

            yield return message;
        }
    }

    /// <summary>Another end of the same kind: senders are told when both are closed.</summary>
    /// <exception cref="ObjectDisposedException">This end is closed.</exception>
    public ChannelReceiver<T> Clone() => new(Buffer, this);
}
