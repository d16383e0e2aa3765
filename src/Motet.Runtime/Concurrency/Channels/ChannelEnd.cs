namespace Motet.Runtime;

/// <summary>One end of a channel of <see cref="MessageChannel"/>. Close each of them: the channel ends with the last one of a side. All members are for any thread.</summary>
/// <typeparam name="T">The type of a message.</typeparam>
public abstract class ChannelEnd<T> : IDisposable, IWaitOwner
{
    private protected ChannelEnd(MessageBuffer<T> buffer, ChannelEnd<T>? original)
    {
        Buffer = buffer;
        ObjectDisposedException.ThrowIf(!buffer.TryOpen(original, this is ChannelSender<T>), original!);
    }

    private protected MessageBuffer<T> Buffer { get; }

    /// <summary>Under the lock of the buffer.</summary>
    internal bool IsClosed { get; set; }

    /// <summary>Everything that the channel counts, of one moment; also of a closed end.</summary>
    public ChannelStatistics GetStatistics() => Buffer.GetStatistics();

    /// <summary>
    /// Closes this end; operations that wait on it get an <see cref="ObjectDisposedException"/>: they did not happen. After the last sender receivers get what is held and then the end; after the last receiver senders get a
    /// <see cref="ChannelBrokenException"/>, and what is held is dropped. Without effect when it is closed.
    /// </summary>
    public void Dispose()
    {
        Buffer.Close(this);
        GC.SuppressFinalize(this);
    }

    void IWaitOwner.Abandon(Wait wait) => Buffer.Abandon(this, wait);
}
