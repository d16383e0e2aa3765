namespace Motet.Net;

/// <summary>The messages of a client, one after the other.</summary>
internal sealed class MessageSequence(MessageReader reader, CancellationToken cancellationToken) : IAsyncEnumerable<Message>, IAsyncEnumerator<Message>
{
    private CancellationToken _cancellationToken = cancellationToken;

    public Message Current => reader.Current;

    public IAsyncEnumerator<Message> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        // The reader is the client's only one: a second enumeration goes on where the first one stands.
        if (cancellationToken.CanBeCanceled) _cancellationToken = cancellationToken;
        return this;
    }

    public ValueTask<bool> MoveNextAsync() => reader.MoveNextAsync(_cancellationToken);

    public ValueTask DisposeAsync() => default;
}
