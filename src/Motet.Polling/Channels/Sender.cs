namespace Motet.Polling;

/// <summary>
/// The sending end of a channel that a <see cref="Poller"/> watches. Any thread may send; sends before the receiver has emptied the channel make one
/// notification together. Dispose each sender: when the last one is, the receiver is notified of the end.
/// </summary>
/// <typeparam name="T">What is sent.</typeparam>
public sealed class Sender<T> : IDisposable
{
    private readonly ChannelState<T> _state;
    private int _disposed;

    internal Sender(ChannelState<T> state) => _state = state;

    /// <summary>The token that notifications of this channel carry: the receiver's.</summary>
    public Token Token => _state.Token;

    /// <summary>True once the receiver was disposed: nothing that is sent arrives.</summary>
    public bool IsClosed => _state.IsReceiverGone;

    /// <summary>Sends an item, without waiting. Any thread.</summary>
    /// <param name="item">The item, the receiver's from then on.</param>
    /// <returns>False when the channel is full, or its receiver was disposed (<see cref="IsClosed"/>): the item is still the caller's.</returns>
    /// <exception cref="ObjectDisposedException">This sender is disposed.</exception>
    public bool TrySend(T item)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _state.TrySend(item);
    }

    /// <summary>Makes another sender of the same channel, to be disposed by itself. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">This sender is disposed.</exception>
    public Sender<T> Clone()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        _state.AddSender();
        return new Sender<T>(_state);
    }

    /// <summary>Ends this sender. Any thread, but not while another one sends with it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _state.RemoveSender();
    }
}
