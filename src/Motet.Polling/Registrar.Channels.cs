using System.Collections.Concurrent;

namespace Motet.Polling;

public sealed partial class Registrar
{
    private readonly ConcurrentQueue<ChannelSignal> _signals = new();

    internal bool HasSignals => !_signals.IsEmpty;

    /// <summary>Makes a channel without a limit: any threads send, one receives, and the poller says when there is something to receive.</summary>
    /// <typeparam name="T">What is sent.</typeparam>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public (Sender<T> Sender, Receiver<T> Receiver) Channel<T>() => MakeChannel<T>(int.MaxValue);

    /// <summary>Makes a channel that holds a number of items at most; a send to a full one is refused.</summary>
    /// <typeparam name="T">What is sent.</typeparam>
    /// <param name="capacity">How many items, at least 1.</param>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public (Sender<T> Sender, Receiver<T> Receiver) Channel<T>(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return MakeChannel<T>(capacity);
    }

    /// <summary>Any thread: a channel has news that the waiter does not know of.</summary>
    internal void Signal(ChannelSignal signal)
    {
        _signals.Enqueue(signal);
        _gate.Notify();
    }

    internal int TakeSignals(Span<Notification> notifications)
    {
        var taken = 0;
        while (taken < notifications.Length && _signals.TryDequeue(out var signal))
        {
            // Items that were received in the meantime need no notification.
            if (signal.TakeSignal())
                notifications[taken++] = new Notification(signal.Token, Readiness.Readable);
        }

        return taken;
    }

    internal void EndChannel(Token token)
    {
        lock (_lock)
            _slots.Release(token);
    }

    private (Sender<T> Sender, Receiver<T> Receiver) MakeChannel<T>(int capacity)
    {
        Token token;
        lock (_lock)
        {
            ThrowIfClosed();
            token = _slots.Allocate(SlotKind.Channel, 0, Readiness.None);
        }

        var state = new ChannelState<T>(this, token, capacity);
        return (new Sender<T>(state), new Receiver<T>(state));
    }
}
