using System.Threading.Channels;

namespace Chat;

/// <summary>
/// One listener in the room: a bounded queue between those who speak, on any event loop, and the stream to this listener, on its own. When the queue is full the
/// oldest event is dropped: who is that slow would rather have the news.
/// </summary>
internal sealed class Seat(Room room) : IDisposable
{
    private const int Capacity = 100;

    private readonly Channel<ReadOnlyMemory<byte>> _events = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public bool IsIdle => _events.Reader.Count == 0;

    public void Send(ReadOnlyMemory<byte> item) => _events.Writer.TryWrite(item);

    public void Close() => _events.Writer.TryComplete();

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(CancellationToken cancellationToken) => _events.Reader.ReadAllAsync(cancellationToken);

    public void Dispose() => room.Leave(this);
}
