namespace Motet.Net;

/// <summary>Reading in sequence, for clients that a <see cref="ClientDelegate{T}"/> serves.</summary>
public abstract partial class Client
{
    /// <summary>
    /// The next message, or null when the client has ended (<see cref="CloseDetails"/> says how). The message is there until the next is asked for. Cancelled with the current <see cref="Runtime.CancelScope"/>; a cancelled receive took no message. One at a time. Loop only.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The client is served by callbacks, another receive waits, or this is not the client's loop.</exception>
    public ValueTask<Message?> ReceiveAsync(CancellationToken cancellationToken = default) => Reader.ReceiveAsync(cancellationToken);

    /// <summary>All messages until the client has ended; each is there until the next is asked for. Loop only.</summary>
    /// <param name="cancellationToken">Ends the wait for the next message.</param>
    /// <exception cref="InvalidOperationException">The client is served by callbacks, or this is not the client's loop.</exception>
    public IAsyncEnumerable<Message> ReadAllAsync(CancellationToken cancellationToken = default) => new MessageSequence(Reader, cancellationToken);

    private MessageReader Reader
    {
        get
        {
            CheckLoop();
            return _handler as MessageReader ?? throw new InvalidOperationException("This client is served by callbacks, which get its messages; only a client that a delegate serves is read like this.");
        }
    }
}
