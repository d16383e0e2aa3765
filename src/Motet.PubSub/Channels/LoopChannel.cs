using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Motet.PubSub;

/// <summary>The subscribers of one channel on one loop. The loop's own, except where it says otherwise.</summary>
internal sealed class LoopChannel(Channel channel, PubSubLoop loop)
{
    // One subscription, or an array of them: most channels of a million have one.
    private object? _subscriptions;
    private int _end;
    private LoopChannel? _next;

    public Channel Channel { get; } = channel;

    public PubSubLoop Loop { get; } = loop;

    /// <summary>The same channel on another loop. Changed under the lock of the hub.</summary>
    public LoopChannel? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>Subscriptions that other threads have announced, and that the loop does not know yet. Under the lock of the hub.</summary>
    public int Announced { get; set; }

    /// <summary>How many are subscribed. Elsewhere than on the loop the answer may be old.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are callbacks.</summary>
    public int Callbacks { get; private set; }

    public void Add(Subscription subscription)
    {
        Count++;
        CountCallback(subscription, 1);
        if (_end == 0)
        {
            _subscriptions = subscription;
        }
        else
        {
            var array = _subscriptions as Subscription?[];
            if (array is null) array = [(Subscription?)_subscriptions, null];
            else if (_end == array.Length) Array.Resize(ref array, _end * 2);
            array[_end] = subscription;
            _subscriptions = array;
        }

        subscription.Index = _end++;
    }

    /// <summary>Puts one in the place of another: during a delivery exactly one of the two gets it.</summary>
    public void Replace(Subscription old, Subscription subscription)
    {
        subscription.Index = old.Index;
        Set(old.Index, subscription);
        CountCallback(old, -1);
        CountCallback(subscription, 1);
    }

    public void Remove(Subscription subscription)
    {
        Count--;
        CountCallback(subscription, -1);
        if (Loop.Delivering == this)
        {
            // Nobody moves while the delivery goes through them.
            Set(subscription.Index, null);
            return;
        }

        _end--;
        var last = Get(_end);
        Set(_end, null);
        if (last == subscription) return;
        Debug.Assert(last is not null, "There are holes only during a delivery.");
        last.Index = subscription.Index;
        Set(last.Index, last);
        ShrinkRoom();
    }

    /// <summary>Hands a publication to all who are subscribed, except those who come meanwhile.</summary>
    public void Deliver(Publication publication)
    {
        if (Count == 0) return;
        Loop.Deliveries += Count;
        Loop.Delivering = this;
        Loop.Position = 0;
        for (var end = _end; Loop.Position < end;)
        {
            try
            {
                // The position moves on before each call, so that the rest get it when one fails; the array may be replaced by a larger one meanwhile.
                while (Loop.Position < end) Get(Loop.Position++)?.Deliver(publication, Loop.HighWatermark);
            }
            catch (Exception exception)
            {
                Loop.EventLoop.ReportUnhandledException(exception, publication);
            }
        }

        Loop.Delivering = null;
        if (Count < _end) CloseHoles();
    }

    private void CountCallback(Subscription subscription, int count)
    {
        if (subscription.Details?.Callback is null) return;
        Callbacks += count;
        Loop.Callbacks += count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Subscription? Get(int index)
    {
        var subscriptions = _subscriptions;
        return subscriptions is Subscription?[] array ? array[index] : Unsafe.As<Subscription>(subscriptions);
    }

    private void Set(int index, Subscription? subscription)
    {
        if (_subscriptions is Subscription?[] array) array[index] = subscription;
        else _subscriptions = subscription;
    }

    private void CloseHoles()
    {
        var end = 0;
        for (var i = 0; i < _end; i++)
        {
            if (Get(i) is not { } subscription) continue;
            Set(i, null);
            subscription.Index = end;
            Set(end++, subscription);
        }

        _end = end;
        ShrinkRoom();
    }

    private void ShrinkRoom()
    {
        if (_subscriptions is not Subscription?[] array || array.Length < 16 || _end > array.Length / 4) return;
        Array.Resize(ref array, array.Length / 2);
        _subscriptions = array;
    }
}
