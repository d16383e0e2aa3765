using Motet.Runtime;

namespace Motet.PubSub;

/// <summary>What waits until a client has taken what it was sent. It exists from the moment when the client is too slow until nothing waits any more. Loop only.</summary>
internal sealed class WaitingOutput : LoopTask
{
    private readonly ClientSubscriptions _owner;
    private readonly int _highWatermark;

    public WaitingOutput(ClientSubscriptions owner, PubSubHub hub, int highWatermark)
    {
        _owner = owner;
        _highWatermark = highWatermark;
        Waiting = new WaitingPublications(hub, mayClose: true);
        LookAgain();
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
                LookAgain();
                return;
            }
        }

        _owner.OutputIsFast();
    }

    /// <inheritdoc/>
    protected override void Run() => Send();

    /// <summary>
    /// A client that only got much within one turn has nothing to tell when it has left. So it is looked at behind what was deferred before: there the connection has offered the kernel what was written. If too much waits still, the kernel
    /// did not take it, and the client will tell.
    /// </summary>
    private void LookAgain() => _owner.Client.EventLoop.Defer(this);
}
