namespace Motet.Runtime;

/// <summary>
/// What the ends of a channel share. A receiver waits only when nothing is held and no sender waits; a sender only when the buffer is full and no receiver waits. A wait belongs to its end, which is its owner; that of a sender carries its message.
/// </summary>
internal sealed class MessageBuffer<T>(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _held = new();
    private WaitQueue _sends;
    private WaitQueue _receives;
    private int _senders;
    private int _receivers;
    private int _peak;

    public ChannelStatistics GetStatistics()
    {
        lock (_gate) return new ChannelStatistics(capacity, _held.Count, _peak, _senders, _receivers, _sends.Count, _receives.Count);
    }

    /// <summary>Counts a new end; false when <paramref name="original"/>, which it is made from, is closed.</summary>
    public bool TryOpen(ChannelEnd<T>? original, bool isSender)
    {
        lock (_gate)
        {
            if (original is { IsClosed: true }) return false;
            if (isSender) _senders++;
            else _receivers++;
            return true;
        }
    }

    /// <summary>Gives a message to whoever waits for it, or holds it.</summary>
    public bool TrySend(ChannelSender<T> end, T message)
    {
        Wait? receive;
        lock (_gate)
        {
            ThrowIfCannotSend(end);
            if (!_receives.TryClaim(out receive)) return TryHold(message);
        }

        ((Wait<T>)receive).Complete(message);
        return true;
    }

    public ValueTask SendAsync(ChannelSender<T> end, T message, CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        Wait? receive;
        lock (_gate)
        {
            if (WhyNotSend(end) is { } error) return ValueTask.FromException(error);
            if (!_receives.TryClaim(out receive))
            {
                if (TryHold(message)) return default;
                var wait = Wait<T>.Rent(end);
                var task = wait.UntypedTask;
                if (!wait.TryJoin(scope, cancellationToken)) return task;
                wait.Item = message;
                _sends.Add(wait);
                return task;
            }
        }

        ((Wait<T>)receive).Complete(message);
        return default;
    }

    public bool TryReceive(ChannelReceiver<T> end, out T message)
    {
        Wait? send;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(end.IsClosed, end);
            if (!TryTake(out message, out send)) return false;
        }

        Complete(send);
        return true;
    }

    public ValueTask<T> ReceiveAsync(ChannelReceiver<T> end, CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<T>(canceled);
        T message;
        Wait? send;
        lock (_gate)
        {
            if (end.IsClosed) return ValueTask.FromException<T>(new ObjectDisposedException(end.GetType().FullName));
            if (!TryTake(out message, out send))
            {
                if (_senders == 0) return ValueTask.FromException<T>(new ChannelEndedException());
                return _receives.Enter<T>(end, scope, cancellationToken).Task;
            }
        }

        Complete(send);
        return new ValueTask<T>(message);
    }

    public List<T> ReceivePending(ChannelReceiver<T> end)
    {
        WaitQueue sent = default;
        List<T> messages;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(end.IsClosed, end);
            messages = new List<T>(_held.Count + _sends.Count);
            while (_held.TryDequeue(out var message)) messages.Add(message);
            while (_sends.TryClaim(out var send))
            {
                messages.Add(((Wait<T>)send).Item!);
                sent.Add(send);
            }
        }

        while (sent.First is { } send)
        {
            sent.Remove(send);
            Complete(send);
        }

        return messages;
    }

    /// <summary>Closes an end, once: what waits on it fails, and with the last one of its side so does what waits on the other side.</summary>
    public void Close(ChannelEnd<T> end)
    {
        WaitQueue ownWaits = default;
        WaitQueue otherWaits = default;
        var isSender = end is ChannelSender<T>;
        lock (_gate)
        {
            if (end.IsClosed) return;
            end.IsClosed = true;
            TakeWaits(ref isSender ? ref _sends : ref _receives, end, ref ownWaits);
            if (isSender && --_senders == 0) TakeWaits(ref _receives, null, ref otherWaits);
            if (!isSender && --_receivers == 0)
            {
                TakeWaits(ref _sends, null, ref otherWaits);
                _held.Clear();
            }
        }

        Fail(ref ownWaits, () => new ObjectDisposedException(end.GetType().FullName));
        Fail(ref otherWaits, () => isSender ? new ChannelEndedException() : new ChannelBrokenException());
    }

    public void Abandon(ChannelEnd<T> end, Wait wait)
    {
        lock (_gate)
        {
            if (end is ChannelSender<T>) _sends.Remove(wait);
            else _receives.Remove(wait);
        }
    }

    private static void TakeWaits(ref WaitQueue queue, ChannelEnd<T>? end, ref WaitQueue taken)
    {
        for (var wait = queue.First; wait is not null;)
        {
            var next = wait.Next;
            if ((end is null || ReferenceEquals(wait.Owner, end)) && queue.TryClaim(wait)) taken.Add(wait);
            wait = next;
        }
    }

    private static void Fail(ref WaitQueue waits, Func<Exception> makeError)
    {
        while (waits.First is { } wait)
        {
            waits.Remove(wait);
            wait.Fail(makeError());
        }
    }

    private static void Complete(Wait? send)
    {
        if (send is Wait<T> sent) sent.Complete(default!);
    }

    private bool TryHold(T message)
    {
        if (_held.Count >= capacity) return false;
        _held.Enqueue(message);
        if (_held.Count > _peak) _peak = _held.Count;
        return true;
    }

    /// <summary>The next message; the place that it leaves goes to the first sender who waits.</summary>
    private bool TryTake(out T message, out Wait? send)
    {
        if (_held.TryDequeue(out message!))
        {
            if (_sends.TryClaim(out send)) _held.Enqueue(((Wait<T>)send).Item!);
            return true;
        }

        if (!_sends.TryClaim(out send)) return false;
        message = ((Wait<T>)send).Item!;
        return true;
    }

    private Exception? WhyNotSend(ChannelSender<T> end)
    {
        if (end.IsClosed) return new ObjectDisposedException(end.GetType().FullName);
        return _receivers == 0 ? new ChannelBrokenException() : null;
    }

    private void ThrowIfCannotSend(ChannelSender<T> end)
    {
        if (WhyNotSend(end) is { } error) throw error;
    }
}
