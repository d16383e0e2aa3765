namespace Motet.PubSub;

/// <summary>What waits until a client has taken what it was sent. It exists from the moment when the client is too slow until nothing waits any more. Loop only.</summary>
internal sealed class WaitingOutput
{
    private readonly ClientSubscriptions _owner;
    private readonly int _highWatermark;

    public WaitingOutput(ClientSubscriptions owner, PubSubHub hub, int highWatermark)
    {
        _owner = owner;
        _highWatermark = highWatermark;
        Waiting = new WaitingPublications(hub, mayClose: true);
        // A client that only got much within one turn has nothing to tell when it has left: so it is looked at again.
        owner.Client.EventLoop.Post(static state => ((WaitingOutput)state!).Send(), this);
    }

    public WaitingPublications Waiting { get; }

    /// <summary>Sends as much as the client takes.</summary>
    public void Send()
    {
        if (!_owner.IsWaiting(this) || Waiting.IsClosed) return;
        var client = _owner.Client;
        if (client.Pending > _highWatermark) return;
        while (Waiting.TryPeek(out var subscription, out var publication))
        {
            Waiting.RemoveFirst();
            if (client.Write(publication, subscription.Details?.As) > _highWatermark)
            {
                client.EventLoop.Post(static state => ((WaitingOutput)state!).Send(), this);
                return;
            }
        }

        _owner.OutputIsFast();
    }
}
