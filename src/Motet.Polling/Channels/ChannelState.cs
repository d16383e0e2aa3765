using System.Collections.Concurrent;

namespace Motet.Polling;

/// <summary>What the senders and the receiver of a channel share.</summary>
internal sealed class ChannelState<T>(Registrar registrar, Token token, int capacity) : ChannelSignal(registrar, token)
{
    private readonly ConcurrentQueue<T> _items = new();

    // Counted after an item is in the queue and after it is out again. In between it may be too small, even negative, but the step to 1 comes after each first item.
    private int _count;

    // Places taken, counted before an item is in the queue. Only for channels with a capacity.
    private int _reserved;
    private int _senders = 1;
    private int _received;

    public bool IsReceiverGone => Volatile.Read(ref _received) != 0;

    public bool IsCompleted => Volatile.Read(ref _senders) == 0 && _items.IsEmpty;

    public int Count => _items.Count;

    protected override bool HasNews => !IsReceiverGone && (!_items.IsEmpty || Volatile.Read(ref _senders) == 0);

    public bool TrySend(T item)
    {
        if (IsReceiverGone || !TryReserve())
            return false;
        _items.Enqueue(item);
        if (Interlocked.Increment(ref _count) == 1)
            Signal();

        // The receiver may have gone, and thrown its items away, just before this one came in.
        if (IsReceiverGone)
            _items.Clear();
        return true;
    }

    public bool TryReceive([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        if (!_items.TryDequeue(out item))
            return false;
        Interlocked.Decrement(ref _count);
        if (capacity != int.MaxValue)
            Interlocked.Decrement(ref _reserved);
        return true;
    }

    public void AddSender() => Interlocked.Increment(ref _senders);

    public void RemoveSender()
    {
        // The end is news as well: the receiver sees it after the last item.
        if (Interlocked.Decrement(ref _senders) == 0)
            Signal();
    }

    public void RemoveReceiver()
    {
        if (Interlocked.Exchange(ref _received, 1) != 0)
            return;
        _items.Clear();
        Registrar.EndChannel(Token);
    }

    private bool TryReserve()
    {
        if (capacity == int.MaxValue)
            return true;
        while (true)
        {
            var reserved = Volatile.Read(ref _reserved);
            if (reserved >= capacity)
                return false;
            if (Interlocked.CompareExchange(ref _reserved, reserved + 1, reserved) == reserved)
                return true;
        }
    }
}
