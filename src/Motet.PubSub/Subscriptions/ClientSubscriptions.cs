using Motet.Net;

namespace Motet.PubSub;

/// <summary>The subscriptions of one client, and what waits for it when it is slow. Loop only.</summary>
internal sealed class ClientSubscriptions : ClientExtension, ISubscriber
{
    // Up to here a list is searched; a table of so few would be larger and no faster.
    private const int MaxListed = 8;

    // The first of a list, or a table.
    private object? _subscriptions;
    private int _count;
    private Waits? _waits;

    private ClientSubscriptions(Client client) => Client = client;

    public Client Client { get; }

    private WaitingOutput? Output => _waits?.Output;

    private WaitingCallbacks? Callbacks => _waits?.Callbacks;

    private Waits Waiting => _waits ??= new Waits();

    /// <summary>Those of a client, who has none yet, perhaps.</summary>
    public static ClientSubscriptions Of(Client client)
    {
        if (client.GetExtension<ClientSubscriptions>() is { } found) return found;
        var subscriptions = new ClientSubscriptions(client);
        client.AddExtension(subscriptions);
        return subscriptions;
    }

    /// <summary>The one to a channel.</summary>
    public Subscription? Find(LoopChannel channel)
    {
        if (_subscriptions is Dictionary<LoopChannel, Subscription> table) return table.GetValueOrDefault(channel);
        var subscription = (Subscription?)_subscriptions;
        while (subscription is not null && subscription.Local != channel) subscription = subscription.Next;
        return subscription;
    }

    public Subscription? Add(Subscription subscription)
    {
        var old = Find(subscription.Local);
        if (old is not null)
        {
            Unlink(old);

            // One that asks for what came since gets from the history what waited for the old one.
            if (subscription.Details?.Since is not null)
            {
                NoteEnded();
            }
            else
            {
                Output?.Waiting.Replace(old, subscription);
                Callbacks?.Waiting.Replace(old, subscription);
            }
        }

        Link(subscription);
        return old;
    }

    public void Remove(Subscription subscription)
    {
        Unlink(subscription);
        NoteEnded();
    }

    public void Take(Subscription subscription, Publication publication, int highWatermark)
    {
        if (subscription.Details!.Callback is not null) Call(subscription, publication);
        else Write(subscription, publication, subscription.Details.As, highWatermark);
    }

    /// <summary>Sends it, or has it wait behind what waits already.</summary>
    public void Write(Subscription subscription, Publication publication, MessageKind? kind, int highWatermark)
    {
        if (Output is not null) Wait(Output.Waiting, subscription, publication);
        else if (Client.Write(publication, kind) > highWatermark) Waiting.Output = new WaitingOutput(this, subscription.Local.Loop.Hub, highWatermark);
    }

    /// <summary>Whether what waits for the client waits there.</summary>
    public bool IsWaiting(WaitingOutput output) => Output == output;

    /// <summary>Everything that waited is sent, or the client has ended within that.</summary>
    public void OutputIsFast() => _waits?.Output = null;

    protected override void OnDrained(Client client) => Output?.Send();

    protected override void OnFree(Client client) => Callbacks?.Run();

    protected override void OnClosed(Client client)
    {
        var subscriptions = _subscriptions;
        _subscriptions = null;
        _count = 0;
        Output?.Waiting.Clear();
        Callbacks?.Waiting.Clear();
        _waits = null;
        if (subscriptions is Dictionary<LoopChannel, Subscription> table)
        {
            foreach (var subscription in table.Values) subscription.Leave();
            return;
        }

        for (var subscription = (Subscription?)subscriptions; subscription is not null; subscription = subscription.Next) subscription.Leave();
    }

    private void NoteEnded()
    {
        Output?.Waiting.NoteEnded();
        Callbacks?.Waiting.NoteEnded();
    }

    private void Call(Subscription subscription, Publication publication)
    {
        var hub = subscription.Local.Loop.Hub;
        var callbacks = Waiting.Callbacks ??= new WaitingCallbacks(Client, hub);
        if (!callbacks.TryCall(subscription, publication)) Wait(callbacks.Waiting, subscription, publication);
    }

    private void Wait(WaitingPublications waiting, Subscription subscription, Publication publication)
    {
        if (waiting.Add(subscription, publication)) return;
        subscription.Local.Loop.Hub.CountClosed();
        // Not here: the handler's last callback would run in the middle of what the publisher is doing.
        Client.EventLoop.Post(static state => ((Client)state!).Abort(CloseReason.SlowConsumer), Client);
    }

    private void Link(Subscription subscription)
    {
        if (_subscriptions is not Dictionary<LoopChannel, Subscription> table)
        {
            if (_count < MaxListed)
            {
                subscription.Next = (Subscription?)_subscriptions;
                _subscriptions = subscription;
                _count++;
                return;
            }

            table = [];
            for (var listed = (Subscription?)_subscriptions; listed is not null; listed = listed.Next) table.Add(listed.Local, listed);
            _subscriptions = table;
        }

        table.Add(subscription.Local, subscription);
        _count++;
    }

    private void Unlink(Subscription subscription)
    {
        _count--;
        if (_subscriptions is Dictionary<LoopChannel, Subscription> table)
        {
            table.Remove(subscription.Local);
            return;
        }

        var before = (Subscription?)_subscriptions;
        if (before == subscription)
        {
            _subscriptions = subscription.Next;
            return;
        }

        while (before!.Next != subscription) before = before.Next;
        before.Next = subscription.Next;
    }

    /// <summary>What a client that keeps up, and has no callbacks, never needs.</summary>
    private sealed class Waits
    {
        public WaitingOutput? Output { get; set; }

        public WaitingCallbacks? Callbacks { get; set; }
    }
}
